import { ProviderError } from '../../_shared/provider_error.ts'
import { isSqlError } from '../../_shared/sql.ts'

/** A price that nobody mapped does not mend itself: the job goes to the admins at once, with the remedy. */
export async function unmappedPriceWaits<T>(work: () => PromiseLike<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!isSqlError(error) || error.code !== 'CM001') throw error
    throw new ProviderError('Stripe', 'refused', `${error.message}. ${error.hint ?? ''}`, {
      cause: error,
    })
  }
}
