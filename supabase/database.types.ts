export type Json = string | number | boolean | null | { [key: string]: Json | undefined } | Json[]

export type Database = {
  public: {
    Tables: {
      consents: {
        Row: {
          at: string
          channel: Database['public']['Enums']['consent_channel']
          granted: boolean
          id: number
          member_id: string
          source: string
        }
        ComputedFields: never
        Insert: {
          at?: string
          channel: Database['public']['Enums']['consent_channel']
          granted: boolean
          id?: never
          member_id: string
          source: string
        }
        Update: {
          at?: string
          channel?: Database['public']['Enums']['consent_channel']
          granted?: boolean
          id?: never
          member_id?: string
          source?: string
        }
        Relationships: [
          {
            foreignKeyName: 'consents_member_id_fkey'
            columns: ['member_id']
            isOneToOne: false
            referencedRelation: 'members'
            referencedColumns: ['id']
          },
        ]
      }
      donations: {
        Row: {
          amount: number
          amount_refunded: number
          checkout_session_id: string | null
          currency: string
          donated_at: string
          id: string
          in_honour_of: string | null
          invoice_id: string | null
          member_id: string | null
          note: string | null
          payment_intent_id: string | null
          status: Database['public']['Enums']['donation_status']
          subscription_id: string | null
        }
        ComputedFields: never
        Insert: {
          amount: number
          amount_refunded?: number
          checkout_session_id?: string | null
          currency: string
          donated_at: string
          id?: string
          in_honour_of?: string | null
          invoice_id?: string | null
          member_id?: string | null
          note?: string | null
          payment_intent_id?: string | null
          status: Database['public']['Enums']['donation_status']
          subscription_id?: string | null
        }
        Update: {
          amount?: number
          amount_refunded?: number
          checkout_session_id?: string | null
          currency?: string
          donated_at?: string
          id?: string
          in_honour_of?: string | null
          invoice_id?: string | null
          member_id?: string | null
          note?: string | null
          payment_intent_id?: string | null
          status?: Database['public']['Enums']['donation_status']
          subscription_id?: string | null
        }
        Relationships: [
          {
            foreignKeyName: 'donations_member_id_fkey'
            columns: ['member_id']
            isOneToOne: false
            referencedRelation: 'members'
            referencedColumns: ['id']
          },
        ]
      }
      invoices: {
        Row: {
          amount_due: number
          amount_paid: number
          as_of: string
          attempt_count: number
          created_at: string
          currency: string
          customer_id: string
          hosted_invoice_url: string | null
          invoice_id: string
          invoice_pdf: string | null
          next_payment_attempt: string | null
          paid_at: string | null
          period_end: string | null
          retries_over_at: string | null
          status: Database['public']['Enums']['invoice_status']
          subscription_id: string | null
        }
        ComputedFields: never
        Insert: {
          amount_due: number
          amount_paid: number
          as_of: string
          attempt_count?: number
          created_at: string
          currency: string
          customer_id: string
          hosted_invoice_url?: string | null
          invoice_id: string
          invoice_pdf?: string | null
          next_payment_attempt?: string | null
          paid_at?: string | null
          period_end?: string | null
          retries_over_at?: string | null
          status: Database['public']['Enums']['invoice_status']
          subscription_id?: string | null
        }
        Update: {
          amount_due?: number
          amount_paid?: number
          as_of?: string
          attempt_count?: number
          created_at?: string
          currency?: string
          customer_id?: string
          hosted_invoice_url?: string | null
          invoice_id?: string
          invoice_pdf?: string | null
          next_payment_attempt?: string | null
          paid_at?: string | null
          period_end?: string | null
          retries_over_at?: string | null
          status?: Database['public']['Enums']['invoice_status']
          subscription_id?: string | null
        }
        Relationships: []
      }
      member_contacts: {
        Row: {
          member_id: string
          phone: string | null
          updated_at: string
        }
        ComputedFields: never
        Insert: {
          member_id: string
          phone?: string | null
          updated_at?: string
        }
        Update: {
          member_id?: string
          phone?: string | null
          updated_at?: string
        }
        Relationships: [
          {
            foreignKeyName: 'member_contacts_member_id_fkey'
            columns: ['member_id']
            isOneToOne: true
            referencedRelation: 'members'
            referencedColumns: ['id']
          },
        ]
      }
      member_emails: {
        Row: {
          created_at: string
          email: string
          is_primary: boolean
          member_id: string
          source: string
          verified_at: string | null
        }
        ComputedFields: never
        Insert: {
          created_at?: string
          email: string
          is_primary?: boolean
          member_id: string
          source: string
          verified_at?: string | null
        }
        Update: {
          created_at?: string
          email?: string
          is_primary?: boolean
          member_id?: string
          source?: string
          verified_at?: string | null
        }
        Relationships: [
          {
            foreignKeyName: 'member_emails_member_id_fkey'
            columns: ['member_id']
            isOneToOne: false
            referencedRelation: 'members'
            referencedColumns: ['id']
          },
        ]
      }
      members: {
        Row: {
          created_at: string
          id: string
          origin: Database['public']['Enums']['member_origin']
          role: Database['public']['Enums']['member_role']
          updated_at: string
          user_id: string | null
        }
        ComputedFields: never
        Insert: {
          created_at?: string
          id?: string
          origin: Database['public']['Enums']['member_origin']
          role?: Database['public']['Enums']['member_role']
          updated_at?: string
          user_id?: string | null
        }
        Update: {
          created_at?: string
          id?: string
          origin?: Database['public']['Enums']['member_origin']
          role?: Database['public']['Enums']['member_role']
          updated_at?: string
          user_id?: string | null
        }
        Relationships: []
      }
      membership_notices: {
        Row: {
          created_at: string
          id: number
          invoice_id: string
          kind: Database['public']['Enums']['notice_kind']
          member_id: string
          resolved_at: string | null
          sent_at: string | null
        }
        ComputedFields: never
        Insert: {
          created_at?: string
          id?: never
          invoice_id: string
          kind: Database['public']['Enums']['notice_kind']
          member_id: string
          resolved_at?: string | null
          sent_at?: string | null
        }
        Update: {
          created_at?: string
          id?: never
          invoice_id?: string
          kind?: Database['public']['Enums']['notice_kind']
          member_id?: string
          resolved_at?: string | null
          sent_at?: string | null
        }
        Relationships: [
          {
            foreignKeyName: 'membership_notices_invoice_id_fkey'
            columns: ['invoice_id']
            isOneToOne: false
            referencedRelation: 'invoices'
            referencedColumns: ['invoice_id']
          },
          {
            foreignKeyName: 'membership_notices_member_id_fkey'
            columns: ['member_id']
            isOneToOne: false
            referencedRelation: 'members'
            referencedColumns: ['id']
          },
        ]
      }
      memberships: {
        Row: {
          access_until: string
          cancel_at_period_end: boolean
          current_period_end: string | null
          ended_at: string | null
          member_id: string
          member_since: string
          status: Database['public']['Enums']['subscription_status']
          subscription_id: string | null
          tier: Database['public']['Enums']['membership_tier']
          updated_at: string
        }
        ComputedFields: never
        Insert: {
          access_until: string
          cancel_at_period_end: boolean
          current_period_end?: string | null
          ended_at?: string | null
          member_id: string
          member_since: string
          status: Database['public']['Enums']['subscription_status']
          subscription_id?: string | null
          tier: Database['public']['Enums']['membership_tier']
          updated_at?: string
        }
        Update: {
          access_until?: string
          cancel_at_period_end?: boolean
          current_period_end?: string | null
          ended_at?: string | null
          member_id?: string
          member_since?: string
          status?: Database['public']['Enums']['subscription_status']
          subscription_id?: string | null
          tier?: Database['public']['Enums']['membership_tier']
          updated_at?: string
        }
        Relationships: [
          {
            foreignKeyName: 'memberships_member_id_fkey'
            columns: ['member_id']
            isOneToOne: true
            referencedRelation: 'members'
            referencedColumns: ['id']
          },
          {
            foreignKeyName: 'memberships_subscription_id_fkey'
            columns: ['subscription_id']
            isOneToOne: false
            referencedRelation: 'subscriptions'
            referencedColumns: ['subscription_id']
          },
        ]
      }
      profiles: {
        Row: {
          access_until: string
          bio: string
          headline: string
          image_url: string | null
          is_visible: boolean
          linkedin_url: string | null
          location: string
          member_id: string
          name: string
          name_key: string
          place_key: string
          search_key: string
          updated_at: string
          visibility_asked_at: string | null
        }
        ComputedFields: never
        Insert: {
          access_until?: string
          bio?: string
          headline?: string
          image_url?: string | null
          is_visible?: boolean
          linkedin_url?: string | null
          location?: string
          member_id: string
          name?: string
          name_key?: never
          place_key?: never
          search_key?: never
          updated_at?: string
          visibility_asked_at?: string | null
        }
        Update: {
          access_until?: string
          bio?: string
          headline?: string
          image_url?: string | null
          is_visible?: boolean
          linkedin_url?: string | null
          location?: string
          member_id?: string
          name?: string
          name_key?: never
          place_key?: never
          search_key?: never
          updated_at?: string
          visibility_asked_at?: string | null
        }
        Relationships: [
          {
            foreignKeyName: 'profiles_member_id_fkey'
            columns: ['member_id']
            isOneToOne: true
            referencedRelation: 'members'
            referencedColumns: ['id']
          },
        ]
      }
      stripe_prices: {
        Row: {
          currency: string
          is_offered: boolean
          price_id: string
          purpose: Database['public']['Enums']['price_purpose']
          recurring_interval: string
          tier: Database['public']['Enums']['membership_tier'] | null
          unit_amount: number
        }
        ComputedFields: never
        Insert: {
          currency: string
          is_offered?: boolean
          price_id: string
          purpose: Database['public']['Enums']['price_purpose']
          recurring_interval: string
          tier?: Database['public']['Enums']['membership_tier'] | null
          unit_amount: number
        }
        Update: {
          currency?: string
          is_offered?: boolean
          price_id?: string
          purpose?: Database['public']['Enums']['price_purpose']
          recurring_interval?: string
          tier?: Database['public']['Enums']['membership_tier'] | null
          unit_amount?: number
        }
        Relationships: [
          {
            foreignKeyName: 'stripe_prices_tier_fkey'
            columns: ['tier']
            isOneToOne: false
            referencedRelation: 'tiers'
            referencedColumns: ['tier']
          },
        ]
      }
      subscriptions: {
        Row: {
          access_cut_at: string | null
          access_until: string
          as_of: string
          as_of_event: string
          cancel_at: string | null
          cancel_at_period_end: boolean
          canceled_at: string | null
          cancellation_reason: string | null
          currency: string
          current_period_end: string | null
          current_period_start: string | null
          customer_id: string
          ended_at: string | null
          past_due_since: string | null
          price_id: string
          purpose: Database['public']['Enums']['price_purpose']
          status: Database['public']['Enums']['subscription_status']
          subscription_id: string
          tier: Database['public']['Enums']['membership_tier'] | null
          trial_end: string | null
          unit_amount: number | null
        }
        ComputedFields: never
        Insert: {
          access_cut_at?: string | null
          access_until?: string
          as_of: string
          as_of_event: string
          cancel_at?: string | null
          cancel_at_period_end?: boolean
          canceled_at?: string | null
          cancellation_reason?: string | null
          currency: string
          current_period_end?: string | null
          current_period_start?: string | null
          customer_id: string
          ended_at?: string | null
          past_due_since?: string | null
          price_id: string
          purpose: Database['public']['Enums']['price_purpose']
          status: Database['public']['Enums']['subscription_status']
          subscription_id: string
          tier?: Database['public']['Enums']['membership_tier'] | null
          trial_end?: string | null
          unit_amount?: number | null
        }
        Update: {
          access_cut_at?: string | null
          access_until?: string
          as_of?: string
          as_of_event?: string
          cancel_at?: string | null
          cancel_at_period_end?: boolean
          canceled_at?: string | null
          cancellation_reason?: string | null
          currency?: string
          current_period_end?: string | null
          current_period_start?: string | null
          customer_id?: string
          ended_at?: string | null
          past_due_since?: string | null
          price_id?: string
          purpose?: Database['public']['Enums']['price_purpose']
          status?: Database['public']['Enums']['subscription_status']
          subscription_id?: string
          tier?: Database['public']['Enums']['membership_tier'] | null
          trial_end?: string | null
          unit_amount?: number | null
        }
        Relationships: []
      }
      tiers: {
        Row: {
          description: string
          name: string
          rank: number
          tier: Database['public']['Enums']['membership_tier']
        }
        ComputedFields: never
        Insert: {
          description: string
          name: string
          rank: number
          tier: Database['public']['Enums']['membership_tier']
        }
        Update: {
          description?: string
          name?: string
          rank?: number
          tier?: Database['public']['Enums']['membership_tier']
        }
        Relationships: []
      }
    }
    Views: {
      [_ in never]: never
    }
    Functions: {
      claim_payment: { Args: { paid_with: string }; Returns: string }
      directory: {
        Args: {
          after_id?: string
          after_name?: string
          place?: string
          search?: string
          size?: number
        }
        Returns: {
          headline: string
          image_url: string
          linkedin_url: string
          location: string
          member_id: string
          name: string
          sort_name: string
        }[]
      }
      is_entitled: { Args: Record<PropertyKey, never>; Returns: boolean }
      set_consent: {
        Args: { channel: Database['public']['Enums']['consent_channel']; granted: boolean }
        Returns: undefined
      }
      sign_up: { Args: { name: string; visible: boolean }; Returns: string }
    }
    Enums: {
      consent_channel: 'email' | 'slack' | 'whatsapp'
      donation_status: 'pending' | 'paid' | 'failed' | 'refunded' | 'partly_refunded'
      invoice_status: 'draft' | 'open' | 'paid' | 'uncollectible' | 'void'
      member_origin: 'checkout' | 'sign_up' | 'import' | 'admin'
      member_role: 'member' | 'leader' | 'admin'
      membership_tier: 'monthly' | 'annual' | 'donor_annual'
      notice_kind: 'payment_failed' | 'action_required' | 'grace_ending'
      price_purpose: 'dues' | 'donation'
      subscription_status:
        | 'incomplete'
        | 'incomplete_expired'
        | 'trialing'
        | 'active'
        | 'past_due'
        | 'canceled'
        | 'unpaid'
        | 'paused'
    }
    CompositeTypes: {
      [_ in never]: never
    }
  }
}

type DatabaseWithoutInternals = Omit<Database, '__InternalSupabase'>

type DefaultSchema = DatabaseWithoutInternals[Extract<keyof Database, 'public'>]

export type Tables<
  DefaultSchemaTableNameOrOptions extends
    | keyof (DefaultSchema['Tables'] & DefaultSchema['Views'])
    | { schema: keyof DatabaseWithoutInternals },
  TableName extends DefaultSchemaTableNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals
  }
    ? keyof (DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions['schema']]['Tables'] &
        DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions['schema']]['Views'])
    : never = never,
> = DefaultSchemaTableNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
  ? (DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions['schema']]['Tables'] &
      DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions['schema']]['Views'])[TableName] extends {
      Row: infer R
    }
    ? R
    : never
  : DefaultSchemaTableNameOrOptions extends keyof (DefaultSchema['Tables'] & DefaultSchema['Views'])
    ? (DefaultSchema['Tables'] & DefaultSchema['Views'])[DefaultSchemaTableNameOrOptions] extends {
        Row: infer R
      }
      ? R
      : never
    : never

export type TablesInsert<
  DefaultSchemaTableNameOrOptions extends
    | keyof DefaultSchema['Tables']
    | { schema: keyof DatabaseWithoutInternals },
  TableName extends DefaultSchemaTableNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals
  }
    ? keyof DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions['schema']]['Tables']
    : never = never,
> = DefaultSchemaTableNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
  ? DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions['schema']]['Tables'][TableName] extends {
      Insert: infer I
    }
    ? I
    : never
  : DefaultSchemaTableNameOrOptions extends keyof DefaultSchema['Tables']
    ? DefaultSchema['Tables'][DefaultSchemaTableNameOrOptions] extends {
        Insert: infer I
      }
      ? I
      : never
    : never

export type TablesUpdate<
  DefaultSchemaTableNameOrOptions extends
    | keyof DefaultSchema['Tables']
    | { schema: keyof DatabaseWithoutInternals },
  TableName extends DefaultSchemaTableNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals
  }
    ? keyof DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions['schema']]['Tables']
    : never = never,
> = DefaultSchemaTableNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
  ? DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions['schema']]['Tables'][TableName] extends {
      Update: infer U
    }
    ? U
    : never
  : DefaultSchemaTableNameOrOptions extends keyof DefaultSchema['Tables']
    ? DefaultSchema['Tables'][DefaultSchemaTableNameOrOptions] extends {
        Update: infer U
      }
      ? U
      : never
    : never

export type Enums<
  DefaultSchemaEnumNameOrOptions extends
    | keyof DefaultSchema['Enums']
    | { schema: keyof DatabaseWithoutInternals },
  EnumName extends DefaultSchemaEnumNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals
  }
    ? keyof DatabaseWithoutInternals[DefaultSchemaEnumNameOrOptions['schema']]['Enums']
    : never = never,
> = DefaultSchemaEnumNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
  ? DatabaseWithoutInternals[DefaultSchemaEnumNameOrOptions['schema']]['Enums'][EnumName]
  : DefaultSchemaEnumNameOrOptions extends keyof DefaultSchema['Enums']
    ? DefaultSchema['Enums'][DefaultSchemaEnumNameOrOptions]
    : never

export type CompositeTypes<
  PublicCompositeTypeNameOrOptions extends
    | keyof DefaultSchema['CompositeTypes']
    | { schema: keyof DatabaseWithoutInternals },
  CompositeTypeName extends PublicCompositeTypeNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals
  }
    ? keyof DatabaseWithoutInternals[PublicCompositeTypeNameOrOptions['schema']]['CompositeTypes']
    : never = never,
> = PublicCompositeTypeNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
  ? DatabaseWithoutInternals[PublicCompositeTypeNameOrOptions['schema']]['CompositeTypes'][CompositeTypeName]
  : PublicCompositeTypeNameOrOptions extends keyof DefaultSchema['CompositeTypes']
    ? DefaultSchema['CompositeTypes'][PublicCompositeTypeNameOrOptions]
    : never

export const Constants = {
  public: {
    Enums: {
      consent_channel: ['email', 'slack', 'whatsapp'],
      donation_status: ['pending', 'paid', 'failed', 'refunded', 'partly_refunded'],
      invoice_status: ['draft', 'open', 'paid', 'uncollectible', 'void'],
      member_origin: ['checkout', 'sign_up', 'import', 'admin'],
      member_role: ['member', 'leader', 'admin'],
      membership_tier: ['monthly', 'annual', 'donor_annual'],
      notice_kind: ['payment_failed', 'action_required', 'grace_ending'],
      price_purpose: ['dues', 'donation'],
      subscription_status: [
        'incomplete',
        'incomplete_expired',
        'trialing',
        'active',
        'past_due',
        'canceled',
        'unpaid',
        'paused',
      ],
    },
  },
} as const
