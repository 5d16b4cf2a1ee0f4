import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { createServer } from 'node:net'
import { commandOf } from './processes.ts'

/** The inode of the socket that listens on a port of this machine, from the kernel's table. */
function listeningInode(port: number): string | undefined {
  const wanted = port.toString(16).toUpperCase().padStart(4, '0')
  for (const table of ['/proc/net/tcp', '/proc/net/tcp6']) {
    try {
      for (const line of readFileSync(table, 'utf8').split('\n').slice(1)) {
        const [, local, , state, , , , , , inode] = line.trim().split(/\s+/)
        if (state === '0A' && local?.endsWith(`:${wanted}`)) return inode
      }
    } catch {
      // No such table on this system.
    }
  }
  return undefined
}

/** Who listens on a port: process id and command, as far as this system tells. */
export function holderOf(port: number): { pid: number; command: string } | undefined {
  const inode = listeningInode(port)
  if (!inode) return undefined
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      for (const descriptor of readdirSync(`/proc/${pid}/fd`)) {
        if (readlinkSync(`/proc/${pid}/fd/${descriptor}`) !== `socket:[${inode}]`) continue
        return { pid: Number(pid), command: commandOf(Number(pid)) ?? '' }
      }
    } catch {
      // It has ended, or is not ours to look at.
    }
  }
  return undefined
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
}

/** A sentence about the first port that is taken, and by whom; undefined when all are free. */
export async function takenPort(ports: Record<string, number>): Promise<string | undefined> {
  for (const [name, port] of Object.entries(ports)) {
    if (await isFree(port)) continue
    const holder = holderOf(port)
    const who = holder
      ? `process ${holder.pid} (${holder.command.slice(0, 120)})`
      : 'another process'
    return `Port ${port} (${name}) is held by ${who}. Stop it first.`
  }
  return undefined
}
