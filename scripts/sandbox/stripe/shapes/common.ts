/** What every list answer looks like. */
export interface ListOf<T> {
  object: 'list'
  data: T[]
  has_more: boolean
  url: string
}

export const listOf = <T>(url: string, data: T[], hasMore = false): ListOf<T> => ({
  object: 'list',
  data,
  has_more: hasMore,
  url,
})

export type Metadata = Record<string, string>

export const emptyAddress = () => ({
  city: null as string | null,
  country: null as string | null,
  line1: null as string | null,
  line2: null as string | null,
  postal_code: null as string | null,
  state: null as string | null,
})
export type Address = ReturnType<typeof emptyAddress>
