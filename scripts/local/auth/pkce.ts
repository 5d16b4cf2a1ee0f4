import { createHash } from 'node:crypto'
import type { Sql } from 'postgres'
import { AuthError } from './errors.ts'

/** Remembers the challenge with which a sign-in began. */
export async function beginFlow(
  sql: Sql,
  flow: { userId: string; challenge: string; challengeMethod: string; method: string },
): Promise<void> {
  const challengeMethod = flow.challengeMethod.toLowerCase() === 'plain' ? 'plain' : 's256'
  await sql`
    insert into auth.flow_state
      (id, user_id, auth_code, authentication_method, code_challenge_method, code_challenge, provider_type)
    values (${crypto.randomUUID()}, ${flow.userId}, ${crypto.randomUUID()}, ${flow.method},
      ${challengeMethod}, ${flow.challenge}, ${flow.method})`
}

/** The code for the sign-in that this user began last, or undefined when there is none. */
export async function codeFor(sql: Sql, userId: string): Promise<string | undefined> {
  const [flow] = await sql<{ auth_code: string }[]>`
    update auth.flow_state set auth_code_issued_at = now()
    where id = (
      select id from auth.flow_state where user_id = ${userId} order by created_at desc limit 1)
    returning auth_code`
  return flow?.auth_code
}

/** Takes a code once, and only from whoever knows the verifier. Returns the user's id. */
export async function redeem(sql: Sql, code: unknown, verifier: unknown): Promise<string> {
  const [flow] = await sql<
    { id: string; user_id: string; code_challenge: string; code_challenge_method: string }[]
  >`
    select id, user_id, code_challenge, code_challenge_method from auth.flow_state
    where auth_code = ${String(code)} and auth_code_issued_at > now() - interval '5 minutes'`
  if (!flow) {
    const sentence = 'invalid flow state, no valid flow state found'
    throw new AuthError(404, 'flow_state_not_found', sentence)
  }
  const text = String(verifier)
  const expected =
    flow.code_challenge_method === 'plain'
      ? text
      : createHash('sha256').update(text).digest('base64url')
  if (expected !== flow.code_challenge) {
    const sentence = 'code challenge does not match previously saved code verifier'
    throw new AuthError(400, 'bad_code_verifier', sentence)
  }
  const taken = await sql`delete from auth.flow_state where id = ${flow.id} returning id`
  if (taken.length === 0) throw new AuthError(404, 'flow_state_not_found', 'invalid flow state')
  return flow.user_id
}
