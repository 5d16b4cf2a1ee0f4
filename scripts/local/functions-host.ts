import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { corsHeaders, json } from './http.ts'
import type { Project } from './project.ts'
import { repository } from './run-folder.ts'

export interface FunctionsOptions {
  folder: string
  project: Project
  environment: Record<string, string>
  /** Is told every line that a function logs. */
  onLine?(line: string): void
}

/** The functions of config.toml and their entry files. */
export function functionEntries(project: Project): Record<string, string> {
  const entry = ([name, { entrypoint }]: [string, { entrypoint: string }]) => [
    name,
    join(repository, 'supabase', entrypoint),
  ]
  return Object.fromEntries(Object.entries(project.functions).map(entry))
}

const hopByHop = [
  'host',
  'connection',
  'content-length',
  'transfer-encoding',
  'keep-alive',
  'expect',
]

async function firstPort(child: ChildProcess, onLine: (line: string) => void): Promise<number> {
  if (!child.stdout) throw new Error('the functions host has no output')
  const lines = createInterface({ input: child.stdout })
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code) => reject(new Error(`the functions host ended with code ${code}`)))
    lines.on('line', (line) => {
      const port = /^\{"functionsHostPort":(\d+)\}$/.exec(line)?.[1]
      if (port) resolve(Number(port))
      else onLine(line)
    })
  })
}

/** Starts Deno with every Edge Function of the project; requests beneath /functions/v1 go there. */
export async function startFunctions({ folder, project, environment, onLine }: FunctionsOptions) {
  const log = createWriteStream(join(folder, 'functions.log'), { flags: 'a' })
  const write = (line: string) => {
    log.write(`${line}\n`)
    onLine?.(line)
  }
  const host = join(repository, 'scripts/local/functions/host.deno.ts')
  const allow = [
    '--allow-net',
    '--allow-env',
    '--allow-read',
    '--allow-sys',
    '--quiet',
    '--no-lock',
    '--unstable-no-legacy-abort',
  ]
  const child = spawn(join(repository, 'node_modules/.bin/deno'), ['run', ...allow, host], {
    cwd: repository,
    stdio: ['pipe', 'pipe', 'pipe'],
    // Ctrl-C is for the stack, which then ends this child by closing its input.
    detached: true,
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      DENO_DIR: join(folder, 'deno'),
      DENO_NO_UPDATE_CHECK: '1',
      NO_COLOR: '1',
      LOCAL_FUNCTIONS_FOLDER: join(repository, 'functions'),
      LOCAL_FUNCTIONS: JSON.stringify(functionEntries(project)),
      ...environment,
    },
  })
  createInterface({ input: child.stderr }).on('line', write)
  const port = await firstPort(child, write)

  return {
    async fetch(request: Request, peer: string): Promise<Response> {
      if (request.method === 'OPTIONS' && !request.headers.has('access-control-request-method')) {
        return new Response(null, { status: 204, headers: corsHeaders })
      }
      const { pathname, search } = new URL(request.url)
      const headers = new Headers(request.headers)
      for (const name of hopByHop) headers.delete(name)
      const before = headers.get('x-forwarded-for')
      headers.set('x-forwarded-for', before ? `${before}, ${peer}` : peer)
      // Written by the platform's edge, over whatever the caller put there.
      headers.set('cf-connecting-ip', peer)
      const path = pathname.replace(/^\/functions\/v1/, '')
      try {
        const answer = await fetch(`http://127.0.0.1:${port}${path}${search}`, {
          method: request.method,
          headers,
          body: request.body,
          redirect: 'manual',
          signal: request.signal,
          ...(request.body ? { duplex: 'half' } : {}),
        } as RequestInit)
        const inner = new Headers(answer.headers)
        for (const name of hopByHop) inner.delete(name)
        return new Response(answer.body, { status: answer.status, headers: inner })
      } catch (error) {
        if (request.signal.aborted) return new Response(null, { status: 499 })
        write(`functions host: ${error}`)
        return json(503, {
          code: 'SERVICE_UNAVAILABLE',
          message: 'The functions host does not answer',
        })
      }
    },
    pid: child.pid,
    async close() {
      if (child.exitCode !== null || child.signalCode !== null) return
      const gone = once(child, 'exit')
      child.stdin?.end()
      const timer = setTimeout(() => child.kill('SIGKILL'), 3000)
      await gone
      clearTimeout(timer)
      log.end()
    },
  }
}

export type FunctionsHost = Awaited<ReturnType<typeof startFunctions>>
