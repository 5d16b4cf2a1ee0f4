import type { Clock } from '../lib/clock.ts'
import type { Ledger } from '../lib/ledger.ts'

export interface Person {
  id: string
  name: string
  realName: string
  displayName: string
  email: string
  deleted: boolean
  isBot: boolean
  isRestricted: boolean
  isInvited: boolean
  /** Seconds. */
  updated: number
}

export interface Message {
  ts: string
  user: string
  text: string
  blocks: unknown[]
  metadata: unknown
  /** When it was last written anew. */
  edited?: string
  /** Only this person sees it. */
  onlyFor?: string
}

export interface Channel {
  id: string
  name: string
  kind: 'public' | 'private' | 'im' | 'mpim'
  isArchived: boolean
  members: Set<string>
  messages: Message[]
}

/** A link by which anybody may join; it wears out. */
export interface ShareLink {
  active: boolean
  usesLeft: number
}

export type Announce = (type: 'team_join' | 'user_change', person: Person) => void

/** One workspace, in memory. */
export interface Workspace {
  team: { id: string; name: string; domain: string }
  /** Our app's own user. */
  app: Person
  people: Map<string, Person>
  channels: Map<string, Channel>
  link: ShareLink
  clock: Clock
  ledger: Ledger
  /** Pages of users.list are shorter than asked for. */
  shortPages: boolean
  announce: Announce
  nextId(prefix: string): string
  nextTs(): string
  seconds(): number
  reset(): void
}

export type NewPerson = Partial<Omit<Person, 'id'>> & { email: string }

export function createWorkspace(clock: Clock, ledger: Ledger): Workspace {
  let counter = 0
  const nextId = (prefix: string) => {
    counter += 1
    return `${prefix}0${counter.toString(36).toUpperCase().padStart(7, '0')}`
  }
  const seconds = () => Math.floor(clock.now().getTime() / 1000)
  const bot = (id: string, name: string, isBot: boolean): Person => ({
    id,
    name,
    realName: name,
    displayName: name,
    email: '',
    deleted: false,
    isBot,
    isRestricted: false,
    isInvited: false,
    updated: 0,
  })
  const workspace: Workspace = {
    team: { id: 'T0SANDBOX', name: 'Women Defining AI', domain: 'wdai-sandbox' },
    app: bot('U0COMMONS', 'commons', true),
    people: new Map(),
    channels: new Map(),
    link: { active: true, usesLeft: 400 },
    clock,
    ledger,
    shortPages: false,
    announce: () => {},
    nextId,
    nextTs() {
      counter += 1
      return `${seconds()}.${String(counter % 1_000_000).padStart(6, '0')}`
    },
    seconds,
    reset() {
      counter = 0
      workspace.people.clear()
      workspace.channels.clear()
      workspace.shortPages = false
      workspace.link = { active: true, usesLeft: 400 }
      // Slack counts its own assistant among the people, and does not call it a bot.
      for (const one of [bot('USLACKBOT', 'slackbot', false), workspace.app]) {
        workspace.people.set(one.id, one)
      }
      for (const name of ['general', 'introductions']) {
        addChannel(workspace, {
          id: nextId('C'),
          name,
          kind: 'public',
          members: [workspace.app.id],
        })
      }
      const alerts = { id: 'C0ALERTS', name: 'commons-alerts', kind: 'private' as const }
      addChannel(workspace, { ...alerts, members: [workspace.app.id] })
    },
  }
  workspace.reset()
  return workspace
}

/** Puts somebody into the workspace. Nobody is told; `join` tells. */
export function addPerson(workspace: Workspace, wanted: NewPerson): Person {
  const email = wanted.email.trim()
  const name = wanted.name ?? email.split('@')[0] ?? 'someone'
  const person: Person = {
    id: workspace.nextId('U'),
    realName: name,
    displayName: wanted.realName ?? name,
    deleted: false,
    isBot: false,
    isRestricted: false,
    isInvited: false,
    updated: workspace.seconds(),
    ...wanted,
    name,
    email,
  }
  workspace.people.set(person.id, person)
  const general = [...workspace.channels.values()].find((one) => one.name === 'general')
  if (!person.deleted && !person.isRestricted && !person.isInvited) general?.members.add(person.id)
  return person
}

export function addChannel(
  workspace: Workspace,
  { id, name, kind, members }: Pick<Channel, 'id' | 'name' | 'kind'> & { members: string[] },
): Channel {
  const channel = {
    id,
    name,
    kind,
    isArchived: false,
    members: new Set(members),
    messages: [],
  }
  workspace.channels.set(id, channel)
  return channel
}

export const personByEmail = (workspace: Workspace, email: string): Person | undefined =>
  [...workspace.people.values()].find(
    (one) => one.email !== '' && one.email.toLowerCase() === email.trim().toLowerCase(),
  )

/** By id or by address, as controls take people. */
export const findPerson = (workspace: Workspace, key: string): Person | undefined =>
  workspace.people.get(key) ?? personByEmail(workspace, key)

/** The direct conversation of our app with somebody; made at its first use. */
export function directWith(workspace: Workspace, user: string): Channel {
  const known = [...workspace.channels.values()].find(
    (one) => one.kind === 'im' && one.members.has(user),
  )
  if (known) return known
  const id = workspace.nextId('D')
  return addChannel(workspace, { id, name: '', kind: 'im', members: [workspace.app.id, user] })
}
