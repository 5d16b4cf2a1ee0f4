import { z } from 'zod'
import { forget } from './members.ts'
import { upemailData, webhookData } from './shapes.ts'
import { type Audience, type Contact, findContact, stamp, subscriberHash } from './state.ts'

const emailBody = z.strictObject({ email: z.string() })
const addressBody = z.strictObject({ email: z.string(), new_email: z.email() })
const profileBody = z.strictObject({
  email: z.string(),
  merge_fields: z.record(z.string(), z.string()),
})

const prefix = '/_sandbox/mailchimp/'

/**
 * What people do by themselves, as control routes: unsubscribe, bounce, come back, change their
 * address. Each changes the contact and sends the webhook that the real service would send.
 */
export function peopleControl(audience: Audience) {
  const { listId, ledger, clock } = audience

  async function emailOf(request: Request) {
    return emailBody.parse(await request.json()).email
  }

  function leave(contact: Contact, status: 'unsubscribed' | 'cleaned') {
    contact.status = status
    contact.unsubscribeReason =
      status === 'cleaned' ? 'N/A (Cleaned)' : 'N/A (Unsubscribed by member)'
    contact.lastChanged = stamp(clock)
    contact.activity.unshift({
      activity_type: status === 'cleaned' ? 'bounce' : 'unsub',
      created_at_timestamp: contact.lastChanged,
    })
    ledger.add(`member.${status}`, subscriberHash(contact.email), { email: contact.email })
    const data = webhookData(contact, listId)
    if (status === 'cleaned')
      audience.announce('cleaned', 'admin', { ...data, reason: 'hard', campaign_id: '' })
    else {
      const why = { action: 'unsub', reason: 'manual', campaign_id: '' }
      audience.announce('unsubscribe', 'user', { ...data, ...why })
    }
  }

  function comeBack(contact: Contact) {
    contact.status = 'subscribed'
    contact.archived = false
    contact.unsubscribeReason = ''
    contact.lastChanged = stamp(clock)
    ledger.add('member.subscribed', subscriberHash(contact.email), { email: contact.email })
    audience.announce('subscribe', 'user', webhookData(contact, listId))
  }

  function move(contact: Contact, newEmail: string) {
    const formerEmail = contact.email
    audience.contacts.delete(subscriberHash(formerEmail))
    contact.email = newEmail
    contact.lastChanged = stamp(clock)
    audience.contacts.set(subscriberHash(newEmail), contact)
    const detail = { email: newEmail, former_email: formerEmail }
    ledger.add('member.address_changed', subscriberHash(newEmail), detail)
    audience.announce('upemail', 'user', upemailData(contact, formerEmail, listId))
  }

  async function act(request: Request, verb: string): Promise<Response | undefined> {
    const found = (email: string) => findContact(audience, subscriberHash(email))
    const missing = () => Response.json({ error: 'No contact has this address.' }, { status: 404 })
    switch (verb) {
      case 'unsubscribe':
      case 'clean':
      case 'resubscribe':
      case 'forget': {
        const contact = found(await emailOf(request))
        if (!contact) return missing()
        if (verb === 'resubscribe') comeBack(contact)
        else if (verb === 'forget') {
          forget(audience, contact)
          const data = { ...webhookData(contact, listId), action: 'delete', reason: 'manual' }
          audience.announce('unsubscribe', 'admin', data)
        } else leave(contact, verb === 'clean' ? 'cleaned' : 'unsubscribed')
        return Response.json({ email: contact.email, status: contact.status })
      }
      case 'change-address': {
        const body = addressBody.parse(await request.json())
        const contact = found(body.email)
        if (!contact) return missing()
        const holder = found(body.new_email)
        if (holder && holder !== contact) {
          return Response.json({ error: 'Another contact has the new address.' }, { status: 409 })
        }
        move(contact, body.new_email)
        return Response.json({ email: contact.email, status: contact.status })
      }
      case 'profile': {
        const body = profileBody.parse(await request.json())
        const contact = found(body.email)
        if (!contact) return missing()
        Object.assign(contact.mergeFields, body.merge_fields)
        contact.lastChanged = stamp(clock)
        ledger.add('member.profile_changed', subscriberHash(contact.email), {
          email: contact.email,
        })
        audience.announce('profile', 'user', webhookData(contact, listId))
        return Response.json({ email: contact.email, merge_fields: contact.mergeFields })
      }
    }
    return undefined
  }

  return async (request: Request, path: string): Promise<Response | undefined> => {
    if (request.method !== 'POST' || !path.startsWith(prefix)) return undefined
    return await act(request, path.slice(prefix.length))
  }
}
