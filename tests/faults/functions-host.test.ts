import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { type FunctionsHost, startFunctions } from '../../scripts/local/functions-host.ts'
import { readProject } from '../../scripts/local/project.ts'
import { repository } from '../../scripts/local/run-folder.ts'

const folder = mkdtempSync(join(tmpdir(), 'commons-functions-'))
// Watched for changes, so Deno's own cache must not lie in it: each file that it writes would end what is running.
const watched = join(folder, 'functions')
mkdirSync(watched)
/** Is there once the function that fails late has answered. */
const after = join(folder, 'answered')
const sources: Record<string, string> = {
  fine: `import { answer } from './fine_words.ts'
    export default { fetch: (request) => Response.json({ answer, url: request.url }) }`,
  fine_words: `export const answer = 'first'`,
  broken: `export default { fetch( => }`,
  stuck: `await new Promise(() => {}); export default { fetch: () => new Response('') }`,
  throws: `export default { fetch: () => { throw new Error('thrown') } }`,
  late: `export default { fetch: () => {
    setInterval(() => { if (exists()) throw new Error('late') }, 10); return new Response('ok') } }
    const exists = () => { try { return Deno.statSync(${JSON.stringify(after)}).isFile } catch {} }`,
  endless: `export default { fetch: () => { while (true); } }`,
  streams: `export default { fetch: () => new Response(new ReadableStream({
    start(to) { to.enqueue(new TextEncoder().encode('data: 1')) },
    cancel() { console.log('the reader left') } }), { headers: { 'content-type': 'text/event-stream' } }) }`,
  background: `export default { fetch: () => {
    EdgeRuntime.waitUntil(Promise.resolve().then(() => console.log('done afterwards')))
    return new Response(null, { status: 202 }) } }`,
}
const lines: string[] = []
const write = (name: string, source: string) => writeFileSync(join(watched, `${name}.ts`), source)
let host: FunctionsHost

beforeAll(async () => {
  for (const [name, source] of Object.entries(sources)) write(name, source)
  const from = join(repository, 'supabase')
  const entries = Object.keys(sources).map((name) => [
    name,
    { entrypoint: relative(from, join(watched, `${name}.ts`)) },
  ])
  host = await startFunctions({
    folder,
    project: { ...readProject(), functions: Object.fromEntries(entries) },
    environment: {
      SUPABASE_URL: 'https://project.example',
      LOCAL_FUNCTIONS_FOLDER: watched,
      // The others have all the time that a busy machine takes.
      LOCAL_BOOT_MS: '120000',
      LOCAL_BOOT_MS_stuck: '2000',
      LOCAL_WALL_CLOCK_MS_endless: '2000',
    },
    onLine: (line) => void lines.push(line),
  })
})
afterAll(async () => {
  await host?.close()
  rmSync(folder, { recursive: true, force: true })
})

const ask = (path: string) =>
  host.fetch(new Request(`http://127.0.0.1:1/functions/v1/${path}`), '127.0.0.1')
const refusal = async (path: string) => {
  const answer = await ask(path)
  return [answer.status, ((await answer.json()) as { code: string }).code]
}
const logged = (text: string) =>
  vi.waitFor(() => expect(lines.join('\n')).toContain(text), { timeout: 30_000 })

test('A function sees the address of the project and its own path', async () => {
  const seen = await (await ask('fine/a/b?c=d')).json()
  expect(seen).toEqual({ answer: 'first', url: 'https://project.example/fine/a/b?c=d' })
})

test('A changed file, also one that is only imported, is served soon after', async () => {
  write('fine_words', `export const answer = 'second'`)
  await vi.waitFor(
    async () => {
      expect(await (await ask('fine')).json()).toMatchObject({ answer: 'second' })
    },
    { timeout: 30_000 },
  )
})

test('A function that does not load, or throws, fails alone and says why', async () => {
  expect(await refusal('broken')).toEqual([503, 'BOOT_ERROR'])
  expect(await refusal('stuck')).toEqual([503, 'BOOT_ERROR'])
  expect(await refusal('throws')).toEqual([500, 'WORKER_ERROR'])
  expect((await ask('late')).status).toBe(200)
  writeFileSync(after, '')
  await logged('late: Uncaught Error: late')
  rmSync(after)
  expect((await ask('late')).status).toBe(200)
  expect((await ask('fine')).status).toBe(200)
  await logged('broken: ')
  await logged('stuck: did not load')
})

test('A function that never ends is ended, and the others answer meanwhile', async () => {
  const endless = refusal('endless')
  expect((await ask('fine')).status).toBe(200)
  expect(await endless).toEqual([546, 'WORKER_LIMIT'])
})

test('A stream arrives piece by piece, and ends when its reader leaves', async () => {
  const reader = (await ask('streams')).body?.getReader()
  expect(new TextDecoder().decode((await reader?.read())?.value)).toBe('data: 1')
  await reader?.cancel()
  await logged('the reader left')
})

test('What a function promised to do after its answer is done', async () => {
  expect((await ask('background')).status).toBe(202)
  await logged('done afterwards')
})

test('A function that is not there is 404', async () => {
  expect(await refusal('nothing')).toEqual([404, 'NOT_FOUND'])
})
