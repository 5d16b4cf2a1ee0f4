import { Hono } from 'hono'
import { z } from 'zod'
import { invalid, notFound, Problem, readBody } from './problems.ts'
import { batchMemberShape, links, listShape, mergeFieldShape } from './shapes.ts'
import { type Audience, type Contact, findContact, subscriberHash } from './state.ts'
import { changeTags } from './tags.ts'
import { createBody, upsert } from './upsert.ts'

const batchBody = z.looseObject({
  members: z.array(createBody).min(1).max(500),
  sync_tags: z.boolean().optional(),
  update_existing: z.boolean().optional(),
})
const mergeFieldBody = z.looseObject({
  name: z.string().min(1).max(50),
  type: z.string(),
  tag: z.string().max(10).optional(),
  required: z.boolean().optional(),
  default_value: z.string().optional(),
  public: z.boolean().optional(),
})

/** Routes of the audience itself: read it, subscribe many contacts at once, merge fields. */
export function listRoutes(audience: Audience): Hono {
  const { listId } = audience
  const app = new Hono()
  const origin = (url: string) => new URL(url).origin

  app.get('/', (c) => c.json(listShape(audience, origin(c.req.url))))

  app.post('/', async (c) => {
    const body = await readBody(c.req.raw, batchBody)
    const skip = new URL(c.req.url).searchParams.get('skip_merge_validation') === 'true'
    const shape = (contact: Contact) => batchMemberShape(contact, listId, origin(c.req.url))
    const created: unknown[] = []
    const updated: unknown[] = []
    const errors: unknown[] = []
    for (const { tags, ...member } of body.members) {
      const refuse = (error_code: string, error: string) =>
        errors.push({
          email_address: member.email_address,
          error,
          error_code,
          field: '',
          field_message: '',
        })
      const key = subscriberHash(member.email_address)
      if (findContact(audience, key)?.archived === false && !body.update_existing) {
        refuse('ERROR_CONTACT_EXISTS', `${member.email_address} is already a list member.`)
        continue
      }
      try {
        const wish = { key, changes: member, statusIfNew: member.status, skipMergeValidation: skip }
        const result = upsert(audience, wish)
        setTags(audience, result.contact, tags, body.sync_tags)
        if (result.created) created.push(shape(result.contact))
        else updated.push(shape(result.contact))
      } catch (error) {
        // One bad address does not stop the others.
        if (!(error instanceof Problem)) throw error
        refuse('ERROR_GENERIC', error.message)
      }
    }
    return c.json({
      new_members: created,
      updated_members: updated,
      errors,
      total_created: created.length,
      total_updated: updated.length,
      error_count: errors.length,
      _links: links(origin(c.req.url), `/lists/${listId}`),
    })
  })

  app.get('/merge-fields', (c) =>
    c.json({
      merge_fields: audience.mergeFields.map((f) => mergeFieldShape(f, listId, origin(c.req.url))),
      list_id: listId,
      total_items: audience.mergeFields.length,
      _links: links(origin(c.req.url), `/lists/${listId}/merge-fields`),
    }),
  )

  app.get('/merge-fields/:id', (c) => {
    const field = audience.mergeFields.find((f) => f.merge_id === Number(c.req.param('id')))
    if (!field) throw notFound()
    return c.json(mergeFieldShape(field, listId, origin(c.req.url)))
  })

  app.post('/merge-fields', async (c) => {
    const body = await readBody(c.req.raw, mergeFieldBody)
    const id = audience.mergeFields.length + 1
    const tag = (body.tag ?? `MMERGE${id}`).toUpperCase()
    if (audience.mergeFields.some((field) => field.tag === tag)) {
      throw invalid({
        field: 'tag',
        message: `A merge field with the tag "${tag}" already exists.`,
      })
    }
    const field = {
      merge_id: id,
      tag,
      name: body.name,
      type: body.type,
      required: body.required ?? false,
      default_value: body.default_value ?? '',
      public: body.public ?? false,
      display_order: id + 1,
      help_text: '',
    }
    audience.mergeFields.push(field)
    return c.json(mergeFieldShape(field, listId, origin(c.req.url)))
  })

  return app
}

/** `sync_tags` makes the given names the only ones; otherwise they are added. */
function setTags(audience: Audience, contact: Contact, names: string[] = [], sync = false) {
  const surplus = sync ? [...contact.tags.keys()].filter((name) => !names.includes(name)) : []
  changeTags(audience, contact, {
    tags: [
      ...names.map((name) => ({ name, status: 'active' as const })),
      ...surplus.map((name) => ({ name, status: 'inactive' as const })),
    ],
  })
}
