/** An answer that is no success, in the shape that is seen in practice; Luma documents none. */
export class Problem extends Error {
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

export const problemResponse = ({ status, message }: Problem): Response =>
  Response.json({ message, code: null }, { status })

export const noEvent = () => new Problem(404, 'Event not found.')
export const noGuest = () => new Problem(404, 'Guest not found.')
