/** Something that went wrong, in words for the reader: which field it is about, what she can do. */
export class Problem extends Error {
  readonly status: number
  readonly field: string | undefined
  readonly remedy: string | undefined

  constructor(
    message: string,
    more: { status?: number; field?: string | undefined; remedy?: string | undefined } = {},
  ) {
    super(message)
    this.name = 'Problem'
    this.status = more.status ?? 0
    this.field = more.field
    this.remedy = more.remedy
  }
}

/** What an error says to the reader. Anything that was not meant for readers becomes one plain sentence. */
export function sentence(error: unknown): string {
  if (error instanceof Problem)
    return [error.message, error.remedy].filter(Boolean).map(stop).join(' ')
  if (error instanceof TypeError)
    return 'We could not reach the server. Check your connection, then try again.'
  return 'Something went wrong on our side. Try again in a minute.'
}

const stop = (text: string | undefined) => (text && /[.!?]$/.test(text) ? text : `${text}.`)

interface DataError {
  message: string
  details?: string | null
  hint?: string | null
  code?: string
}

/** The data of a Data API answer. Throws a Problem; PT### codes are sentences that the database wrote for readers. */
export function unwrap<Data>(answer: {
  data: Data
  error: DataError | null
  status: number
}): NonNullable<Data> {
  const { data, error, status } = answer
  if (error === null) return data as NonNullable<Data>
  if (status === 0) throw new TypeError(error.message)
  if (!error.code?.startsWith('PT')) {
    if (error.code === '23514')
      throw new Problem('One of the fields holds something we cannot keep', { status })
    throw new Error(error.message)
  }
  throw new Problem(error.message, {
    status,
    field: error.details ?? undefined,
    remedy: error.hint ?? undefined,
  })
}

/** The data of a question to which "nothing" is an answer. Throws a Problem as unwrap does. */
export function answerOrNull<Data>(answer: {
  data: unknown
  error: DataError | null
  status: number
}): Data | null {
  return answer.error === null && answer.data === null ? null : (unwrap(answer) as Data)
}
