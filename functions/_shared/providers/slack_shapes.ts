import { z } from 'zod'

/** A person as Slack describes her, in our words. */
export interface SlackPerson {
  id: string
  /** Her primary address there; null without the scope users:read.email, and for bots. */
  email: string | null
  /** As others see her in the workspace. */
  name: string
  status: 'active' | 'inactive' | 'deactivated'
  /** A bot, an app or Slack itself. */
  isBot: boolean
  /** Invited and not there yet. */
  isInvited: boolean
  /** When Slack last changed her, in seconds; 0 when it does not say. */
  updated: number
  /** Whose workspace she belongs to; somebody of another one may be met in a shared channel. */
  team: string | null
}

export interface SlackChannel {
  id: string
  name: string
  isPrivate: boolean
  /** Whether the app is in it, which it must be to bring others in. */
  isMember: boolean
}

/** Postgres keeps no NUL and no half of a surrogate pair. */
const storable = (text: string) => text.slice(0, 320).toWellFormed().replaceAll('\0', '\ufffd')

const words = z.string().catch('')
const yes = z.boolean().catch(false)

/** Slack promises none of these fields but the id. */
const user = z.object({
  id: z.string().regex(/^[UW][A-Z0-9]{2,20}$/),
  name: words,
  deleted: yes,
  real_name: words,
  is_bot: yes,
  is_app_user: yes,
  is_workflow_bot: yes,
  is_restricted: yes,
  is_ultra_restricted: yes,
  is_invited_user: yes,
  updated: z.number().int().nonnegative().catch(0),
  team_id: z.string().nullish().catch(null),
  profile: z
    .object({ email: z.string().nullish().catch(null), real_name: words, display_name: words })
    .catch({ email: null, real_name: '', display_name: '' }),
})

/** Reads a user of Slack's, in answers as in events. */
export const person = user.transform(
  ({ profile, ...said }): SlackPerson => ({
    id: said.id,
    email:
      storable(profile.email ?? '')
        .trim()
        .toLowerCase() || null,
    name: storable(profile.display_name || profile.real_name || said.real_name || said.name),
    status: said.deleted
      ? 'deactivated'
      : said.is_restricted || said.is_ultra_restricted
        ? 'inactive'
        : 'active',
    isBot: said.is_bot || said.is_app_user || said.is_workflow_bot || said.id === 'USLACKBOT',
    isInvited: said.is_invited_user,
    updated: said.updated,
    team: said.team_id ?? null,
  }),
)

/** A person out of an event; null when it does not hold one. */
export const personOf = (value: unknown): SlackPerson | null => person.safeParse(value).data ?? null

/** The people of a page. One of a shape that nobody knows does not stop the others; a page of nothing else is no answer. */
export const people = z.array(z.unknown()).transform((page, check): SlackPerson[] => {
  const known = page.map(personOf).filter((one) => one !== null)
  if (page.length > 0 && known.length === 0) check.addIssue('Nobody on this page is a person')
  return known
})

export const channel = z
  .object({ id: z.string(), name: words, is_private: yes, is_member: yes })
  .transform(
    (said): SlackChannel => ({
      id: said.id,
      name: said.name,
      isPrivate: said.is_private,
      isMember: said.is_member,
    }),
  )

export const conversation = z.object({ channel: z.object({ id: z.string() }) })

/** The cursor of the next page; empty at the end. */
export const metadata = z
  .object({ next_cursor: z.string().catch('') })
  .catch({ next_cursor: '' })
  .transform(({ next_cursor }) => next_cursor)
/** Messages of a conversation, and what they are marked with. */
export const history = z.object({
  messages: z.array(
    z.looseObject({
      ts: z.string(),
      metadata: z
        .object({
          event_type: z.string(),
          event_payload: z.object({ key: z.string().optional() }).catch({}),
        })
        .optional()
        .catch(undefined),
    }),
  ),
  response_metadata: metadata,
})
