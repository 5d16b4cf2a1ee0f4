import sdk from '@mailchimp/mailchimp_marketing'

/** One call of a batch, in Mailchimp's own words. */
export interface Operation {
  method: 'PUT' | 'PATCH' | 'POST'
  path: string
  params?: Record<string, string>
  body: string
  operation_id: string
}

/** The part of the SDK's client that we use; its published types leave out most of it. */
export interface Sdk {
  basePath: string
  timeout: number
  setConfig(config: { apiKey: string }): void
  ping: { get(): Promise<unknown> }
  lists: Record<
    | 'setListMember'
    | 'updateListMember'
    | 'updateListMemberTags'
    | 'deleteListMember'
    | 'deleteListMemberPermanent'
    | 'getListMember'
    | 'getListMembersInfo',
    (...args: unknown[]) => Promise<unknown>
  >
  customerJourneys: { trigger(journey: string, step: string, body: object): Promise<unknown> }
  batches: {
    start(body: { operations: Operation[] }): Promise<unknown>
    status(id: string): Promise<unknown>
  }
}

/**
 * A client of our own: the SDK exports one that everybody would share, with one configuration.
 * `timeoutMs` covers a call from beginning to end.
 */
export function connect(apiKey: string, base: string, timeoutMs: number): Sdk {
  const client = Reflect.construct((sdk as object).constructor, []) as Sdk
  // Only `basePath` can point elsewhere. Without `server` in the configuration it is left as it is.
  client.basePath = `${base.replace(/\/+$/, '')}/3.0`
  client.timeout = timeoutMs
  client.setConfig({ apiKey })
  return client
}
