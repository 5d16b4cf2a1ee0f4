interface TransactionInput {
  id: string
  created: number
  amount: number
  fee: number
  currency: string
  source: string
  type: 'charge' | 'refund' | 'adjustment'
}

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
  reporting_category: t.type === 'adjustment' ? 'dispute' : t.type,
  source: t.source,
  status: 'available',
  type: t.type,
})
export type BalanceTransaction = ReturnType<typeof newBalanceTransaction>
