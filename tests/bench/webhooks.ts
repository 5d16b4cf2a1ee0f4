/**
 * Webhook ingest: events a second and latency, ours against the floor and against the peer, all in Deno on
 * the same Postgres, taking turns within one run.
 *   node tests/bench/webhooks.ts <postgres url> [--quick]
 */
import { spawn } from 'node:child_process'
import http from 'node:http'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import postgres from 'postgres'
import { events, type Signed } from './webhooks/events.ts'

export interface WebhookBenchRow {
  connections: number
  name: string
  /** Events a second, median of the rounds. */
  rate: number
  p50: number
  p95: number
  p99: number
  /** Median over the rounds of our rate divided by this one's, within the same round. */
  oursIsTimes: number
}

const secret = 'whsec_bench'
const repository = join(import.meta.dirname, '..', '..')
const contenders = ['ours', 'floor', 'sync_engine'] as const
type Name = (typeof contenders)[number]

const quantile = (sorted: number[], q: number) =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? Number.NaN
const median = (values: number[]) =>
  quantile(
    [...values].sort((a, b) => a - b),
    0.5,
  )

/** Starts one contender and waits until it listens. */
async function serve(name: Name, port: number, url: string) {
  const child = spawn(
    join(repository, 'node_modules', '.bin', 'deno'),
    [
      'run',
      '--allow-all',
      '--no-lock',
      '--node-modules-dir=manual',
      `tests/bench/webhooks/${name}.deno.ts`,
    ],
    {
      cwd: repository,
      stdio: ['ignore', 'ignore', 'pipe'],
      env: {
        ...process.env,
        PORT: String(port),
        SUPABASE_DB_URL: url,
        STRIPE_WEBHOOK_SECRET: secret,
        STRIPE_SECRET_KEY: 'sk_test_bench',
        SITE_URL: 'http://127.0.0.1',
      },
    },
  )
  let said = ''
  await new Promise<void>((resolve, reject) => {
    child.stderr.on('data', (chunk) => {
      said += chunk
      if (said.includes('listening')) resolve()
    })
    child.on('exit', () => reject(new Error(`${name} did not start: ${said}`)))
  })
  return { port, stop: () => child.kill() }
}

/** Posts all events over so many kept-alive connections; returns each one's milliseconds. Throws when one is refused. */
async function post(
  port: number,
  path: string,
  batch: Signed[],
  connections: number,
): Promise<number[]> {
  const agent = new http.Agent({ keepAlive: true, maxSockets: connections })
  const took: number[] = []
  let next = 0
  const send = (event: Signed) =>
    new Promise<void>((resolve, reject) => {
      const began = performance.now()
      const request = http.request(
        {
          agent,
          port,
          path,
          host: '127.0.0.1',
          method: 'POST',
          headers: { 'content-type': 'application/json', 'stripe-signature': event.signature },
        },
        (response) => {
          let body = ''
          response.on('data', (chunk) => (body += chunk))
          response.on('end', () => {
            took.push(performance.now() - began)
            if (response.statusCode === 200) resolve()
            else reject(new Error(`${path} answered ${response.statusCode}: ${body.slice(0, 200)}`))
          })
        },
      )
      request.on('error', reject)
      request.end(event.body)
    })
  const lane = async () => {
    for (let event = batch[next++]; event; event = batch[next++]) await send(event)
  }
  await Promise.all(Array.from({ length: connections }, lane))
  agent.destroy()
  return took
}

/** Members whose subscriptions the events update, and the peer's and the floor's own schema. */
async function prepare(url: string, members: number) {
  const sql = postgres(url, { max: 1, onnotice: () => {} })
  await sql`insert into public.stripe_prices (price_id, purpose, tier, currency, unit_amount, recurring_interval)
    values ('price_monthly', 'dues', 'monthly', 'usd', 1000, 'month') on conflict do nothing`
  await sql`insert into private.stripe_customers (customer_id, as_of, member_id)
    select 'cus_bench_' || n, '2020-01-01', private.create_member('checkout', 'bench' || n || '@example.org', 'stripe', null, null, 'Bench ' || n, now())
      from generate_series(0, ${members - 1}::int) n`
  await sql.unsafe(`create schema if not exists bench;
    create or replace function bench.floor(event jsonb) returns text language sql stable as $$ select event ->> 'id' $$`)
  const entry = createRequire(import.meta.url).resolve('@supabase/stripe-sync-engine')
  const { runMigrations } = await import(entry)
  // In a database of its own: its migrations look up types by name alone and would take ours for theirs.
  await sql.unsafe('drop database if exists sync_engine')
  await sql.unsafe('create database sync_engine')
  await runMigrations({
    databaseUrl: peerUrl(url),
    schema: 'stripe',
    logger: { info() {}, error: console.error, warn() {} },
  })
  await sql.end()
}

const peerUrl = (url: string) => url.replace(/[^/]*$/, 'sync_engine')

/** Runs the comparison; `url` is a throw-away database with our migrations. */
export async function run(
  url: string,
  options: { rounds?: number; count?: number; members?: number } = {},
): Promise<WebhookBenchRow[]> {
  const { rounds = 5, count = 1200, members = 300 } = options
  await prepare(url, members)
  const ports = { ours: 15_910, floor: 15_911, sync_engine: 15_912 }
  const servers: { stop(): void }[] = []
  const rates = new Map<string, number[]>()
  const latencies = new Map<string, number[]>()
  try {
    for (const name of contenders)
      servers.push(await serve(name, ports[name], name === 'sync_engine' ? peerUrl(url) : url))
    let round = 0
    for (const connections of [1, 8, 32]) {
      for (let turn = 0; turn <= rounds; turn++) {
        round += 1
        const order = turn % 2 ? [...contenders].reverse() : contenders
        for (const name of order) {
          const batch = events(count, { round, members, changing: 0.1, secret, now: new Date() })
          const began = performance.now()
          const took = await post(
            ports[name],
            name === 'ours' ? '/memberships/stripe-webhook' : '/',
            batch,
            connections,
          )
          const seconds = (performance.now() - began) / 1000
          if (turn === 0) continue // warm-up
          const key = `${connections} ${name}`
          rates.set(key, [...(rates.get(key) ?? []), count / seconds])
          latencies.set(key, [...(latencies.get(key) ?? []), ...took])
        }
      }
    }
  } finally {
    for (const server of servers) server.stop()
  }
  return [...rates].map(([key, own]) => {
    const [connections = '', name = ''] = key.split(' ')
    const sorted = (latencies.get(key) ?? []).sort((a, b) => a - b)
    const ours = rates.get(`${connections} ours`) ?? []
    return {
      connections: Number(connections),
      name,
      rate: Math.round(median(own)),
      p50: quantile(sorted, 0.5),
      p95: quantile(sorted, 0.95),
      p99: quantile(sorted, 0.99),
      oursIsTimes: median(own.map((rate, index) => (ours[index] ?? Number.NaN) / rate)),
    }
  })
}

if (import.meta.main) {
  const url = process.argv[2] ?? ''
  const rows = await run(url, process.argv.includes('--quick') ? { rounds: 2, count: 400 } : {})
  console.table(
    rows.map((row) => ({
      ...row,
      p50: row.p50.toFixed(2),
      p95: row.p95.toFixed(2),
      p99: row.p99.toFixed(2),
      oursIsTimes: row.oursIsTimes.toFixed(2),
    })),
  )
}
