import { type AuthError, AuthRetryableFetchError } from '@supabase/auth-js'
import { Problem } from '../../lib/problem.ts'
import { auth } from '../../lib/supabase.ts'

function check(error: AuthError | null, field: string): void {
  if (!error) return
  if (error instanceof AuthRetryableFetchError) throw new TypeError(error.message)
  if (error.status === 429) {
    throw new Problem(
      field === 'email' ? 'A mail was sent a moment ago' : 'Those were many tries in a short time',
      { remedy: 'Wait a minute, then try again. Nothing is lost.' },
    )
  }
  if (error.code === 'otp_expired') {
    throw new Problem(`This ${field === 'link' ? 'link' : 'code'} is wrong, used or too old`, {
      field,
      remedy: 'Take the one from the newest mail, or ask for a new one.',
    })
  }
  if (error.code === 'validation_failed' || error.code === 'email_address_invalid') {
    throw new Problem('This does not look like an e-mail address', {
      field,
      remedy: 'Write it like name@example.org.',
    })
  }
  throw error
}

/** Has a code mailed. The answer is the same for every address. Throws a Problem. */
export async function mailCode(email: string): Promise<void> {
  const { error } = await auth.signInWithOtp({ email, options: { shouldCreateUser: true } })
  check(error, 'email')
}

/** Signs in with the mailed code. Throws a Problem at `code`. */
export async function enterCode(email: string, code: string): Promise<void> {
  const { error } = await auth.verifyOtp({ email, token: code.replace(/\D/g, ''), type: 'email' })
  check(error, 'code')
}

/** Signs in with what the mailed link carries. Throws a Problem. */
export async function enterLink(
  tokenHash: string,
  type: 'email' | 'invite' | 'recovery' | 'email_change',
): Promise<void> {
  const { error } = await auth.verifyOtp({ token_hash: tokenHash, type })
  check(error, 'link')
}
