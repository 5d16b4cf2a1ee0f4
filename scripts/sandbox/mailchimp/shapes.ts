import type { Audience, Contact, MergeField } from './state.ts'
import { subscriberHash } from './state.ts'

const link = (rel: string, href: string, method = 'GET') => ({ rel, href, method })

/** The list of `_links` that every resource carries. */
export const links = (origin: string, path: string) => [link('self', `${origin}/3.0${path}`)]

/** A contact as the API shows it. */
export function memberShape(contact: Contact, listId: string, origin: string) {
  const hash = subscriberHash(contact.email)
  const { FNAME = '', LNAME = '' } = contact.mergeFields
  return {
    id: hash,
    email_address: contact.email,
    unique_email_id: contact.uniqueEmailId,
    contact_id: contact.contactId,
    full_name: `${FNAME} ${LNAME}`.trim(),
    web_id: contact.webId,
    email_type: 'html',
    status: contact.archived ? 'archived' : contact.status,
    ...(contact.unsubscribeReason ? { unsubscribe_reason: contact.unsubscribeReason } : {}),
    consents_to_one_to_one_messaging: true,
    merge_fields: contact.mergeFields,
    interests: contact.interests,
    stats: { avg_open_rate: 0, avg_click_rate: 0 },
    ip_signup: '',
    timestamp_signup: contact.signedUpAt,
    ip_opt: '',
    timestamp_opt: contact.optedInAt,
    member_rating: 2,
    last_changed: contact.lastChanged,
    language: contact.language,
    vip: contact.vip,
    email_client: '',
    location: {
      latitude: 0,
      longitude: 0,
      gmtoff: 0,
      dstoff: 0,
      country_code: '',
      timezone: '',
      region: '',
    },
    source: 'API - Generic',
    tags_count: contact.tags.size,
    tags: [...contact.tags.values()].map(({ id, name }) => ({ id, name })),
    list_id: listId,
    _links: links(origin, `/lists/${listId}/members/${hash}`),
  }
}

/** A contact as the answer to many subscriptions at once shows it: with fewer fields. */
export function batchMemberShape(contact: Contact, listId: string, origin: string) {
  const member = memberShape(contact, listId, origin)
  const { contact_id, full_name, web_id, consents_to_one_to_one_messaging, source, ...rest } =
    member
  const { region, ...location } = rest.location
  return { ...rest, location }
}

/** The audience itself, with its counts. */
export function listShape(audience: Audience, origin: string) {
  const { listId } = audience
  const contacts = [...audience.contacts.values()].filter((contact) => !contact.archived)
  const count = (status: string) => contacts.filter((contact) => contact.status === status).length
  return {
    id: listId,
    web_id: 1,
    name: 'Community',
    contact: {
      company: 'Community',
      address1: '',
      city: '',
      state: '',
      zip: '',
      country: 'US',
      phone: '',
    },
    permission_reminder: 'You are a member of our community.',
    use_archive_bar: false,
    campaign_defaults: {
      from_name: 'Community',
      from_email: 'hello@community.example',
      subject: '',
      language: 'en',
    },
    notify_on_subscribe: '',
    notify_on_unsubscribe: '',
    date_created: '2026-01-01T00:00:00+00:00',
    list_rating: 0,
    email_type_option: false,
    subscribe_url_short: '',
    subscribe_url_long: '',
    beamer_address: '',
    visibility: 'prv',
    double_optin: false,
    has_welcome: false,
    marketing_permissions: false,
    modules: [],
    stats: {
      member_count: count('subscribed'),
      total_contacts: contacts.length,
      unsubscribe_count: count('unsubscribed'),
      cleaned_count: count('cleaned'),
      campaign_count: 0,
      merge_field_count: audience.mergeFields.length,
      avg_sub_rate: 0,
      avg_unsub_rate: 0,
      target_sub_rate: 0,
      open_rate: 0,
      click_rate: 0,
    },
    _links: links(origin, `/lists/${listId}`),
  }
}

export const mergeFieldShape = (field: MergeField, listId: string, origin: string) => ({
  ...field,
  options: { size: 25 },
  list_id: listId,
  _links: links(origin, `/lists/${listId}/merge-fields/${field.merge_id}`),
})

/** The fields that every webhook about a contact carries. */
export const webhookData = (contact: Contact, listId: string) => ({
  id: contact.uniqueEmailId,
  email: contact.email,
  email_type: 'html',
  web_id: contact.webId,
  list_id: listId,
  merges: { EMAIL: contact.email, ...contact.mergeFields },
})

export const upemailData = (contact: Contact, formerEmail: string, listId: string) => ({
  list_id: listId,
  new_id: contact.uniqueEmailId,
  new_email: contact.email,
  old_email: formerEmail,
})
