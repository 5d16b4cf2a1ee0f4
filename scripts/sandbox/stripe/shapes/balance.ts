export type TransactionType = 'charge' | 'refund' | 'refund_failure' | 'adjustment' | 'payout'

interface TransactionInput {
  id: string
  created: number
  amount: number
  fee: number
  currency: string
  source: string
  type: TransactionType
}

/** An adjustment is what a dispute takes, or gives back when it is won. */
const categoryOf = ({ type, amount }: TransactionInput) =>
  type !== 'adjustment' ? type : amount < 0 ? 'dispute' : 'dispute_reversal'

/** A movement on the account's balance, with the fee that was taken. */
export const newBalanceTransaction = (t: TransactionInput) => ({
  id: t.id,
  object: 'balance_transaction' as const,
  amount: t.amount,
  available_on: t.created + 2 * 86_400,
  balance_type: 'payments' as const,
  created: t.created,
  currency: t.currency,
  description: null,
  exchange_rate: null,
  fee: t.fee,
  fee_details: t.fee
    ? [
        {
          amount: t.fee,
          application: null,
          currency: t.currency,
          description: 'Processing fees',
          type: 'stripe_fee',
        },
      ]
    : [],
  net: t.amount - t.fee,
  reporting_category: categoryOf(t),
  source: t.source,
  status: 'available',
  type: t.type,
})
export type BalanceTransaction = ReturnType<typeof newBalanceTransaction>

/** Money on its way to the bank. */
export const newPayout = (id: string, created: number, amount: number, currency: string) => ({
  id,
  object: 'payout' as const,
  amount,
  arrival_date: created + 2 * 86_400,
  automatic: true,
  balance_transaction: null as string | null,
  created,
  currency,
  description: 'STRIPE PAYOUT',
  failure_balance_transaction: null,
  failure_code: null,
  livemode: false,
  metadata: {},
  method: 'standard',
  reconciliation_status: 'completed',
  status: 'paid',
  type: 'bank_account',
})
export type Payout = ReturnType<typeof newPayout>
