import type { BalanceTransaction } from './balance.ts'
import type { Metadata } from './common.ts'
import type { Charge } from './payment.ts'

export const REFUND_REASONS = ['duplicate', 'fraudulent', 'requested_by_customer'] as const
export type RefundReason = (typeof REFUND_REASONS)[number]

/** A refund as the API answers it. */
export const newRefund = (id: string, created: number, charge: Charge, amount: number) => ({
  id,
  object: 'refund' as const,
  amount,
  balance_transaction: null as string | null,
  charge: charge.id,
  created,
  currency: charge.currency,
  customer: charge.customer,
  customer_account: null,
  failure_balance_transaction: undefined as string | undefined,
  failure_reason: undefined as string | undefined,
  destination_details: {
    card: {
      reference_status: 'pending',
      reference_type: 'acquirer_reference_number',
      type: 'refund' as const,
    },
    type: 'card',
  },
  metadata: {} as Metadata,
  payment_intent: charge.payment_intent,
  payment_method: charge.payment_method,
  reason: null as RefundReason | null,
  receipt_number: null as string | null,
  source_transfer_reversal: null,
  status: 'succeeded',
  transfer_reversal: null,
})
export type Refund = ReturnType<typeof newRefund>

export type DisputeStatus = 'needs_response' | 'won' | 'lost'

/** A dispute as the API answers it. */
export const newDispute = (id: string, created: number, charge: Charge, reason: string) => ({
  id,
  object: 'dispute' as const,
  amount: charge.amount,
  balance_transactions: [] as BalanceTransaction[],
  charge: charge.id,
  created,
  currency: charge.currency,
  enhanced_eligibility_types: [],
  evidence: {
    access_activity_log: null,
    billing_address: null,
    cancellation_policy: null,
    cancellation_policy_disclosure: null,
    cancellation_rebuttal: null,
    customer_communication: null,
    customer_email_address: charge.billing_details.email,
    customer_name: charge.billing_details.name,
    customer_purchase_ip: null,
    customer_signature: null,
    duplicate_charge_documentation: null,
    duplicate_charge_explanation: null,
    duplicate_charge_id: null,
    enhanced_evidence: {},
    product_description: null,
    receipt: null,
    refund_policy: null,
    refund_policy_disclosure: null,
    refund_refusal_explanation: null,
    service_date: null,
    service_documentation: null,
    shipping_address: null,
    shipping_carrier: null,
    shipping_date: null,
    shipping_documentation: null,
    shipping_tracking_number: null,
    uncategorized_file: null,
    uncategorized_text: null,
  },
  evidence_details: {
    due_by: created + 9 * 86_400,
    enhanced_eligibility: {},
    has_evidence: false,
    past_due: false,
    submission_count: 0,
    submission_method: 'not_submitted' as const,
  },
  intended_submission_method: null,
  is_charge_refundable: false,
  livemode: false,
  metadata: {} as Metadata,
  payment_intent: charge.payment_intent,
  payment_method_details: {
    card: {
      brand: 'visa',
      case_type: 'chargeback' as const,
      network: 'visa',
      network_reason_code: '10.4',
    },
    type: 'card' as const,
  },
  reason,
  status: 'needs_response' as DisputeStatus,
})
export type Dispute = ReturnType<typeof newDispute>
