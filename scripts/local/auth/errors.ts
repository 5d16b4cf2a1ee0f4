import { json } from '../http.ts'

/** An error in the shape of Supabase Auth: HTTP status, machine code, sentence. */
export class AuthError extends Error {
  status: number
  code: string
  constructor(status: number, code: string, message: string) {
    super(message)
    this.status = status
    this.code = code
  }

  response(): Response {
    const { status, code, message } = this
    return json(status, { code: status, error_code: code, msg: message })
  }
}

export const otpExpired = () => new AuthError(403, 'otp_expired', 'Token has expired or is invalid')
