import type { Room } from './room.ts'

/** A member with one verified address; entitled unless said otherwise. Her id. */
export async function memberAs(
  { sql }: Pick<Room, 'sql'>,
  email: string,
  { entitled = true, role = 'member' } = {},
): Promise<string> {
  const [row] = await sql`
    with made as (insert into public.members (origin, role) values ('sign_up', ${role}) returning id),
    named as (insert into public.profiles (member_id, name, is_visible, visibility_asked_at)
      select id, initcap(split_part(${email}, '@', 1)), true, now() from made),
    mail as (insert into public.member_emails (email, member_id, is_primary, verified_at, source)
      select ${email}, id, true, now(), 'auth' from made)
    select id from made`
  if (entitled) await joins({ sql }, row!.id)
  return row!.id
}

/** She pays. */
export async function joins({ sql }: Pick<Room, 'sql'>, member: string): Promise<void> {
  await sql`
    insert into public.memberships (member_id, tier, status, cancel_at_period_end, access_until, member_since)
    values (${member}, 'monthly', 'active', false, 'infinity', now())`
}

export interface Gathering {
  id: string
  luma: string
}

/** An event that leaders published and Luma has. */
export async function gathering(room: Room, fields: object = {}): Promise<Gathering> {
  const id = await room.publish({ visibility: 'member', ...fields })
  await room.work()
  const { luma_id } = await room.held(id)
  if (!luma_id) throw new Error('Luma does not have the event')
  return { id, luma: luma_id }
}

/** What we say of a guest, and whether Luma has heard of it. */
export async function standing({ sql }: Pick<Room, 'sql'>, event: string, email: string) {
  const [row] = await sql`
    select g.status, g.reason, g.luma_status, g.decided_by, g.id, g.luma_guest_id,
           (select d.state from private.guest_decisions d where d.guest_id = g.id order by d.id desc limit 1) as told,
           (select count(*)::int from private.guest_decisions d where d.guest_id = g.id) as decisions
      from private.event_guests g where g.event_id = ${event} and g.email = ${email}`
  return row
}

/** The mails that are owed about guests, in words. */
export async function mails({ sql }: Pick<Room, 'sql'>): Promise<string[]> {
  const rows = await sql`
    select e.template || ' to ' || coalesce(m.email, e.address) as said
      from private.emails e left join public.member_emails m on m.member_id = e.member_id and m.is_primary
     order by e.id`
  return rows.map(({ said }) => said)
}

/** Begins anew, people included. */
export async function clear(room: Room): Promise<void> {
  await room.forget()
  await room.sql`truncate private.guest_runs, private.emails, private.slack_messages cascade`
  await room.sql`delete from public.members`
  await room.sql`delete from pgmq.q_messaging`
}
