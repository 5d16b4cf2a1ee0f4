import { z } from 'zod'
import type { Answers } from './answers.ts'
import type { Door } from './door.ts'
import type { Limits } from './limits.ts'
import type { Tokens } from './server.ts'
import { addChannel, addPerson, findPerson, type Person, type Workspace } from './state.ts'

const person = z.strictObject({
  email: z.string(),
  name: z.string().optional(),
  displayName: z.string().optional(),
  deleted: z.boolean().optional(),
  isBot: z.boolean().optional(),
  isRestricted: z.boolean().optional(),
  isInvited: z.boolean().optional(),
  updated: z.number().int().optional(),
  /** Without it everybody who joins is told of. */
  quiet: z.boolean().default(false),
})
const change = z.strictObject({
  who: z.string(),
  deleted: z.boolean().optional(),
  isRestricted: z.boolean().optional(),
  isInvited: z.boolean().optional(),
  displayName: z.string().optional(),
  email: z.string().optional(),
  updated: z.number().int().optional(),
  quiet: z.boolean().default(false),
})
const bulk = z.strictObject({
  count: z.number().int().min(1).max(50_000),
  prefix: z.string().default('bulk'),
})
const channel = z.strictObject({
  name: z.string(),
  isPrivate: z.boolean().default(true),
  members: z.array(z.string()).default([]),
  withApp: z.boolean().default(true),
  isArchived: z.boolean().default(false),
})
const inside = z.strictObject({ channel: z.string(), add: z.array(z.string()) })
const answer = z.strictObject({
  method: z.string(),
  error: z.string().optional(),
  status: z.number().int().min(400).max(599).optional(),
  times: z.number().int().positive().default(1),
  after: z.boolean().default(false),
})
const scopes = z.strictObject({ token: z.enum(['bot', 'admin']), scopes: z.array(z.string()) })
const limits = z.strictObject({ on: z.boolean(), minute: z.number().positive().optional() })
const command = z.strictObject({
  user: z.string(),
  command: z.string().default('/membership'),
  text: z.string().default(''),
})
const press = z.strictObject({
  user: z.string(),
  channel: z.string(),
  ts: z.string(),
  action: z.string(),
  value: z.string().optional(),
})
const link = z.strictObject({
  active: z.boolean().optional(),
  usesLeft: z.number().int().optional(),
})
const event = z.strictObject({ event: z.looseObject({ type: z.string() }) })
const pages = z.strictObject({ short: z.boolean() })

const prefix = '/_sandbox/slack/'

/** What people in the workspace do by themselves, and how Slack can be made to behave, as control routes. */
export function slackControl(
  workspace: Workspace,
  door: Door,
  { limits: pace, answers, tokens }: { limits: Limits; answers: Answers; tokens: Tokens },
) {
  async function act(verb: string, body: unknown): Promise<Response | undefined> {
    switch (verb) {
      case 'people': {
        const { quiet, ...wanted } = person.parse(body)
        return Response.json(join(workspace, defined(wanted), quiet), { status: 201 })
      }
      case 'people/change': {
        const { who, quiet, ...wish } = change.parse(body)
        const found = findPerson(workspace, who)
        if (!found) return Response.json({ error: 'Nobody here is called so.' }, { status: 404 })
        Object.assign(found, { updated: workspace.seconds() }, defined(wish))
        workspace.ledger.add('person.changed', found.id, defined(wish))
        if (!quiet) workspace.announce('user_change', found)
        return Response.json(found)
      }
      case 'people/bulk': {
        const wish = bulk.parse(body)
        for (let number = 1; number <= wish.count; number += 1) {
          addPerson(workspace, { email: `${wish.prefix}${number}@example.org` })
        }
        return Response.json({ people: workspace.people.size }, { status: 201 })
      }
      case 'channels': {
        const { name, isPrivate, members, withApp, isArchived } = channel.parse(body)
        const ids = members
          .map((one) => findPerson(workspace, one)?.id)
          .filter((id) => id !== undefined)
        const made = addChannel(workspace, {
          id: workspace.nextId('C'),
          name,
          kind: isPrivate ? 'private' : 'public',
          members: withApp ? [workspace.app.id, ...ids] : ids,
        })
        made.isArchived = isArchived
        return Response.json({ id: made.id, name: made.name }, { status: 201 })
      }
      case 'channels/members': {
        const { channel: id, add } = inside.parse(body)
        const found = workspace.channels.get(id)
        for (const one of add) found?.members.add(findPerson(workspace, one)?.id ?? one)
        return Response.json({ members: [...(found?.members ?? [])] })
      }
      case 'answers':
        answers.add(answer.parse(body))
        return Response.json({ added: true }, { status: 201 })
      case 'scopes': {
        const wish = scopes.parse(body)
        tokens[wish.token].scopes = new Set(wish.scopes)
        return Response.json(wish)
      }
      case 'limits':
        pace.set(limits.parse(body))
        return Response.json(body)
      case 'pages':
        workspace.shortPages = pages.parse(body).short
        return Response.json(body)
      case 'link':
        Object.assign(workspace.link, defined(link.parse(body)))
        return Response.json(workspace.link)
      case 'command':
        return Response.json(await door.command(command.parse(body)))
      case 'press':
        return Response.json(await door.press(press.parse(body)))
      case 'verify':
        return Response.json(await door.verify())
      case 'event':
        door.event(event.parse(body).event)
        return Response.json({ sent: true }, { status: 201 })
    }
    return undefined
  }

  return async (request: Request, path: string): Promise<Response | undefined> => {
    if (!path.startsWith(prefix)) return undefined
    const verb = path.slice(prefix.length)
    if (request.method === 'GET' && verb === 'state') return Response.json(stateOf(workspace))
    return request.method === 'POST' ? await act(verb, await request.json()) : undefined
  }
}

/** Somebody comes into the workspace, and everybody who listens hears of it. */
export function join(
  workspace: Workspace,
  wanted: Partial<Person> & { email: string },
  quiet = false,
): Person {
  const known = findPerson(workspace, wanted.email)
  // Who was invited and comes is the person that the invitation made.
  const came = known
    ? Object.assign(known, wanted, { isInvited: false, updated: workspace.seconds() })
    : addPerson(workspace, wanted)
  workspace.ledger.add('person.joined', came.id, { email: came.email })
  if (!quiet) workspace.announce('team_join', came)
  return came
}

/** Keys without a value would overwrite what is there. */
const defined = <T extends object>(wish: T) =>
  Object.fromEntries(Object.entries(wish).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>
  }

const stateOf = (workspace: Workspace) => ({
  team: workspace.team,
  link: workspace.link,
  people: [...workspace.people.values()],
  channels: [...workspace.channels.values()].map((one) => ({
    ...one,
    members: [...one.members],
  })),
})
