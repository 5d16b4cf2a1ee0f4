// Runs inside Deno: serves every Edge Function of the project, each in its own worker, and starts
// a fresh worker when a file changes. Ends when its standard input ends, so that it never outlives
// the stack that started it.
import { createIsolate, type Isolate } from './isolate.deno.ts'

const folder = Deno.env.get('LOCAL_FUNCTIONS_FOLDER') ?? ''
const origin = Deno.env.get('SUPABASE_URL') ?? ''
const entries: Record<string, string> = JSON.parse(Deno.env.get('LOCAL_FUNCTIONS') ?? '{}')
const isolates = new Map<string, Isolate>()

function exists(file: string): boolean {
  try {
    return Deno.statSync(file).isFile
  } catch {
    return false
  }
}

function isolateOf(name: string): Isolate | undefined {
  const known = isolates.get(name)
  if (known?.isUsable()) return known
  const file = entries[name]
  if (!file || !exists(file)) return undefined
  // The query makes a changed file another module.
  const isolate = createIsolate(name, `file://${file}?${Date.now()}`, origin)
  isolates.set(name, isolate)
  return isolate
}

async function reloadOnChange(): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined
  for await (const event of Deno.watchFs(folder, { recursive: true })) {
    if (event.kind === 'access') continue
    clearTimeout(timer)
    timer = setTimeout(() => {
      for (const isolate of isolates.values()) isolate.retire()
      isolates.clear()
    }, 60)
  }
}

async function endWithParent(): Promise<void> {
  for await (const _ of Deno.stdin.readable) {
    // Nothing is ever sent; only the end matters.
  }
  Deno.exit(0)
}

Deno.serve(
  {
    hostname: '127.0.0.1',
    port: 0,
    onListen: ({ port }) => console.log(JSON.stringify({ functionsHostPort: port })),
  },
  (request) => {
    const name = new URL(request.url).pathname.split('/')[1] ?? ''
    const isolate = isolateOf(name)
    if (isolate) return isolate.handle(request)
    const body = { code: 'NOT_FOUND', message: 'Requested function was not found' }
    return Response.json(body, { status: 404 })
  },
)
void endWithParent()
void reloadOnChange()
for (const name of Object.keys(entries)) isolateOf(name)
