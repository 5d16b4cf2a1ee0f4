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
      event_categories: {
        Row: {
          name: string
          place: number
        }
        ComputedFields: never
        Insert: {
          name: string
          place?: number
        }
        Update: {
          name?: string
          place?: number
        }
        Relationships: []
      }
      event_hidings: {
        Row: {
          event_id: string
          hidden_at: string
          member_id: string
        }
        ComputedFields: never
        Insert: {
          event_id: string
          hidden_at?: string
          member_id: string
        }
        Update: {
          event_id?: string
          hidden_at?: string
          member_id?: string
        }
        Relationships: [
          {
            foreignKeyName: 'event_hidings_event_id_fkey'
            columns: ['event_id']
            isOneToOne: false
            referencedRelation: 'events'
            referencedColumns: ['id']
          },
          {
            foreignKeyName: 'event_hidings_member_id_fkey'
            columns: ['member_id']
            isOneToOne: false
            referencedRelation: 'members'
            referencedColumns: ['id']
          },
        ]
      }
      event_hosts: {
        Row: {
          added_at: string
          event_id: string
          member_id: string
        }
        ComputedFields: never
        Insert: {
          added_at?: string
          event_id: string
          member_id: string
        }
        Update: {
          added_at?: string
          event_id?: string
          member_id?: string
        }
        Relationships: [
          {
            foreignKeyName: 'event_hosts_event_id_fkey'
            columns: ['event_id']
            isOneToOne: false
            referencedRelation: 'events'
            referencedColumns: ['id']
          },
          {
            foreignKeyName: 'event_hosts_member_id_fkey'
            columns: ['member_id']
            isOneToOne: false
            referencedRelation: 'members'
            referencedColumns: ['id']
          },
        ]
      }
      event_preferences: {
        Row: {
          member_id: string
          shows_going: boolean
          updated_at: string
        }
        ComputedFields: never
        Insert: {
          member_id: string
          shows_going?: boolean
          updated_at?: string
        }
        Update: {
          member_id?: string
          shows_going?: boolean
          updated_at?: string
        }
        Relationships: [
          {
            foreignKeyName: 'event_preferences_member_id_fkey'
            columns: ['member_id']
            isOneToOne: true
            referencedRelation: 'members'
            referencedColumns: ['id']
          },
        ]
      }
      event_regions: {
        Row: {
          name: string
          place: number
        }
        ComputedFields: never
        Insert: {
          name: string
          place?: number
        }
        Update: {
          name?: string
          place?: number
        }
        Relationships: []
      }
      event_series: {
        Row: {
          created_at: string
          created_by: string | null
          id: string
        }
        ComputedFields: never
        Insert: {
          created_at?: string
          created_by?: string | null
          id: string
        }
        Update: {
          created_at?: string
          created_by?: string | null
          id?: string
        }
        Relationships: [
          {
            foreignKeyName: 'event_series_created_by_fkey'
            columns: ['created_by']
            isOneToOne: false
            referencedRelation: 'members'
            referencedColumns: ['id']
          },
        ]
      }
      events: {
        Row: {
          approval_required: boolean
          cancel_reason: string
          cancel_refunds: boolean
          canceled_at: string | null
          capacity: number | null
          category: string | null
          cover_url: string | null
          created_at: string
          created_by: string | null
          description: string
          ends_at: string | null
          guest_policy: Database['public']['Enums']['guest_policy'] | null
          id: string
          meeting_url: string | null
          origin: Database['public']['Enums']['event_origin']
          place: string
          published_at: string | null
          questions: NonNullable<Json>
          recording_url: string | null
          region: string | null
          revision: number
          series_id: string | null
          starts_at: string | null
          state: Database['public']['Enums']['event_state']
          thanked_at: string | null
          thanks: string
          time_zone: string
          title: string
          updated_at: string
          updated_by: string | null
          url: string | null
          visibility: Database['public']['Enums']['event_visibility']
        }
        ComputedFields: never
        Insert: {
          approval_required?: boolean
          cancel_reason?: string
          cancel_refunds?: boolean
          canceled_at?: string | null
          capacity?: number | null
          category?: string | null
          cover_url?: string | null
          created_at?: string
          created_by?: string | null
          description?: string
          ends_at?: string | null
          guest_policy?: Database['public']['Enums']['guest_policy'] | null
          id?: string
          meeting_url?: string | null
          origin?: Database['public']['Enums']['event_origin']
          place?: string
          published_at?: string | null
          questions?: NonNullable<Json>
          recording_url?: string | null
          region?: string | null
          revision?: number
          series_id?: string | null
          starts_at?: string | null
          state?: Database['public']['Enums']['event_state']
          thanked_at?: string | null
          thanks?: string
          time_zone?: string
          title?: string
          updated_at?: string
          updated_by?: string | null
          url?: string | null
          visibility?: Database['public']['Enums']['event_visibility']
        }
        Update: {
          approval_required?: boolean
          cancel_reason?: string
          cancel_refunds?: boolean
          canceled_at?: string | null
          capacity?: number | null
          category?: string | null
          cover_url?: string | null
          created_at?: string
          created_by?: string | null
          description?: string
          ends_at?: string | null
          guest_policy?: Database['public']['Enums']['guest_policy'] | null
          id?: string
          meeting_url?: string | null
          origin?: Database['public']['Enums']['event_origin']
          place?: string
          published_at?: string | null
          questions?: NonNullable<Json>
          recording_url?: string | null
          region?: string | null
          revision?: number
          series_id?: string | null
          starts_at?: string | null
          state?: Database['public']['Enums']['event_state']
          thanked_at?: string | null
          thanks?: string
          time_zone?: string
          title?: string
          updated_at?: string
          updated_by?: string | null
          url?: string | null
          visibility?: Database['public']['Enums']['event_visibility']
        }
        Relationships: [
          {
            foreignKeyName: 'events_category_fkey'
            columns: ['category']
            isOneToOne: false
            referencedRelation: 'event_categories'
            referencedColumns: ['name']
          },
          {
            foreignKeyName: 'events_created_by_fkey'
            columns: ['created_by']
            isOneToOne: false
            referencedRelation: 'members'
            referencedColumns: ['id']
          },
          {
            foreignKeyName: 'events_region_fkey'
            columns: ['region']
            isOneToOne: false
            referencedRelation: 'event_regions'
            referencedColumns: ['name']
          },
          {
            foreignKeyName: 'events_series_id_fkey'
            columns: ['series_id']
            isOneToOne: false
            referencedRelation: 'event_series'
            referencedColumns: ['id']
          },
          {
            foreignKeyName: 'events_updated_by_fkey'
            columns: ['updated_by']
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
      leader_regions: {
        Row: {
          member_id: string
          region: string
        }
        ComputedFields: never
        Insert: {
          member_id: string
          region: string
        }
        Update: {
          member_id?: string
          region?: string
        }
        Relationships: [
          {
            foreignKeyName: 'leader_regions_member_id_fkey'
            columns: ['member_id']
            isOneToOne: false
            referencedRelation: 'members'
            referencedColumns: ['id']
          },
          {
            foreignKeyName: 'leader_regions_region_fkey'
            columns: ['region']
            isOneToOne: false
            referencedRelation: 'event_regions'
            referencedColumns: ['name']
          },
        ]
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
          hidden_fields: Database['public']['Enums']['profile_field'][]
          interest_keys: string[]
          interests: string[]
          is_visible: boolean
          leader_fields: Database['public']['Enums']['profile_field'][]
          linkedin_url: string | null
          links: string[]
          location: string
          member_id: string
          name: string
          name_key: string
          offers: string
          picture: string | null
          place_key: string
          search_key: string
          seeks: string
          updated_at: string
          visibility_asked_at: string | null
        }
        ComputedFields: never
        Insert: {
          access_until?: string
          bio?: string
          headline?: string
          hidden_fields?: Database['public']['Enums']['profile_field'][]
          interest_keys?: never
          interests?: string[]
          is_visible?: boolean
          leader_fields?: Database['public']['Enums']['profile_field'][]
          linkedin_url?: string | null
          links?: string[]
          location?: string
          member_id: string
          name?: string
          name_key?: never
          offers?: string
          picture?: string | null
          place_key?: never
          search_key?: never
          seeks?: string
          updated_at?: string
          visibility_asked_at?: string | null
        }
        Update: {
          access_until?: string
          bio?: string
          headline?: string
          hidden_fields?: Database['public']['Enums']['profile_field'][]
          interest_keys?: never
          interests?: string[]
          is_visible?: boolean
          leader_fields?: Database['public']['Enums']['profile_field'][]
          linkedin_url?: string | null
          links?: string[]
          location?: string
          member_id?: string
          name?: string
          name_key?: never
          offers?: string
          picture?: string | null
          place_key?: never
          search_key?: never
          seeks?: string
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
      resource_marks: {
        Row: {
          member_id: string
          resource_id: string
          saved_at: string | null
          watched_at: string | null
        }
        ComputedFields: never
        Insert: {
          member_id: string
          resource_id: string
          saved_at?: string | null
          watched_at?: string | null
        }
        Update: {
          member_id?: string
          resource_id?: string
          saved_at?: string | null
          watched_at?: string | null
        }
        Relationships: [
          {
            foreignKeyName: 'resource_marks_member_id_fkey'
            columns: ['member_id']
            isOneToOne: false
            referencedRelation: 'members'
            referencedColumns: ['id']
          },
          {
            foreignKeyName: 'resource_marks_resource_id_fkey'
            columns: ['resource_id']
            isOneToOne: false
            referencedRelation: 'resources'
            referencedColumns: ['id']
          },
        ]
      }
      resources: {
        Row: {
          audience: Database['public']['Enums']['resource_audience']
          created_at: string
          created_by: string | null
          described_at: string | null
          drafted_by: string | null
          duration_seconds: number | null
          embed_note: string | null
          embed_state: Database['public']['Enums']['embed_state']
          file_name: string | null
          file_path: string | null
          file_size: number | null
          file_type: string | null
          has_captions: boolean
          id: string
          kind: Database['public']['Enums']['resource_kind']
          published_at: string | null
          retired_at: string | null
          review_by: string | null
          revision: number
          search: unknown
          summary: string
          title: string
          topics: string[]
          updated_at: string
          updated_by: string | null
          url: string | null
          video_title: string | null
          video_url: string | null
          vimeo_hash: string | null
          vimeo_id: string | null
        }
        ComputedFields: never
        Insert: {
          audience?: Database['public']['Enums']['resource_audience']
          created_at?: string
          created_by?: string | null
          described_at?: string | null
          drafted_by?: string | null
          duration_seconds?: number | null
          embed_note?: never
          embed_state?: Database['public']['Enums']['embed_state']
          file_name?: string | null
          file_path?: string | null
          file_size?: number | null
          file_type?: string | null
          has_captions?: boolean
          id: string
          kind: Database['public']['Enums']['resource_kind']
          published_at?: string | null
          retired_at?: string | null
          review_by?: string | null
          revision?: number
          search?: never
          summary?: string
          title?: string
          topics?: string[]
          updated_at?: string
          updated_by?: string | null
          url?: string | null
          video_title?: string | null
          video_url?: string | null
          vimeo_hash?: never
          vimeo_id?: never
        }
        Update: {
          audience?: Database['public']['Enums']['resource_audience']
          created_at?: string
          created_by?: string | null
          described_at?: string | null
          drafted_by?: string | null
          duration_seconds?: number | null
          embed_note?: never
          embed_state?: Database['public']['Enums']['embed_state']
          file_name?: string | null
          file_path?: string | null
          file_size?: number | null
          file_type?: string | null
          has_captions?: boolean
          id?: string
          kind?: Database['public']['Enums']['resource_kind']
          published_at?: string | null
          retired_at?: string | null
          review_by?: string | null
          revision?: number
          search?: never
          summary?: string
          title?: string
          topics?: string[]
          updated_at?: string
          updated_by?: string | null
          url?: string | null
          video_title?: string | null
          video_url?: string | null
          vimeo_hash?: never
          vimeo_id?: never
        }
        Relationships: [
          {
            foreignKeyName: 'resources_created_by_fkey'
            columns: ['created_by']
            isOneToOne: false
            referencedRelation: 'members'
            referencedColumns: ['id']
          },
          {
            foreignKeyName: 'resources_updated_by_fkey'
            columns: ['updated_by']
            isOneToOne: false
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
      topics: {
        Row: {
          name: string
          rank: number
          topic: string
        }
        ComputedFields: never
        Insert: {
          name: string
          rank?: number
          topic: string
        }
        Update: {
          name?: string
          rank?: number
          topic?: string
        }
        Relationships: []
      }
    }
    Views: {
      [_ in never]: never
    }
    Functions: {
      agent_proposals_waiting: { Args: Record<PropertyKey, never>; Returns: Json }
      call_operation: {
        Args: { arguments?: Json; change_set?: string; idempotency_key?: string; operation: string }
        Returns: Json
      }
      cancel_preview: { Args: { event: string }; Returns: Json }
      check_in_guest: { Args: { came?: boolean; event: string; guest: number }; Returns: string }
      check_video: { Args: { resource: string }; Returns: Json }
      claim_payment: { Args: { paid_with: string }; Returns: string }
      clone_event: { Args: { copy: string; event: string }; Returns: string }
      decide_agent_proposal: {
        Args: { approve: boolean; proposal: string; reason?: string }
        Returns: Json
      }
      decide_guests: {
        Args: { decision: string; event: string; guests: number[]; reason?: string }
        Returns: {
          guest_id: number
          note: string
          status: string
        }[]
      }
      delete_my_account: { Args: { confirm: string }; Returns: undefined }
      directory: {
        Args: {
          after_id?: string
          after_name?: string
          interest?: string
          place?: string
          search?: string
          size?: number
        }
        Returns: {
          headline: string
          interests: string[]
          is_leader: boolean
          location: string
          member_id: string
          name: string
          picture: string
          sort_name: string
        }[]
      }
      directory_places: {
        Args: { typed?: string }
        Returns: {
          place: string
        }[]
      }
      event_page: { Args: { event: string }; Returns: Json }
      event_progress: { Args: { event: string }; Returns: Json }
      event_to_edit: { Args: { event: string }; Returns: Json }
      find_events: {
        Args: {
          after_id?: string
          after_starts?: string
          in_region?: string
          mine?: boolean
          of_category?: string
          past?: boolean
          search?: string
          size?: number
        }
        Returns: {
          category: string
          ends_at: string
          has_recording: boolean
          id: string
          is_host: boolean
          place: string
          place_in_line: number
          region: string
          seats_left: number
          standing: Database['public']['Enums']['event_standing']
          starts_at: string
          state: Database['public']['Enums']['event_state']
          time_zone: string
          title: string
          visibility: Database['public']['Enums']['event_visibility']
        }[]
      }
      find_resources: {
        Args: {
          after_id?: string
          after_published?: string
          after_rank?: number
          mark?: string
          of_kind?: Database['public']['Enums']['resource_kind']
          search?: string
          size?: number
          topic?: string
        }
        Returns: {
          audience: Database['public']['Enums']['resource_audience']
          duration_seconds: number
          file_size: number
          file_type: string
          id: string
          kind: Database['public']['Enums']['resource_kind']
          published_at: string
          rank: number
          saved_at: string
          summary: string
          title: string
          topics: string[]
          url: string
          watched_at: string
        }[]
      }
      guest_counts: { Args: { event: string }; Returns: Json }
      guest_desk: {
        Args: { event: string; search?: string; size?: number; with_status?: string }
        Returns: Json
      }
      hide_going: { Args: { event: string; hides: boolean }; Returns: boolean }
      home: { Args: Record<PropertyKey, never>; Returns: Json }
      is_entitled: { Args: Record<PropertyKey, never>; Returns: boolean }
      lead_event_ideas: {
        Args: Record<PropertyKey, never>
        Returns: {
          category: string
          description: string
          ends_at: string
          id: string
          proposed_at: string
          proposed_by: string
          region: string
          starts_at: string
          time_zone: string
          title: string
          why: string
        }[]
      }
      lead_events: {
        Args: {
          after_id?: string
          after_moment?: string
          at_stage?: Database['public']['Enums']['event_stage']
          size?: number
          whose?: Database['public']['Enums']['event_whose']
        }
        Returns: {
          approved: number
          capacity: number
          category: string
          ends_at: string
          id: string
          luma_error: string
          luma_state: string
          may_edit: boolean
          pending: number
          place: string
          region: string
          series_id: string
          sort_moment: string
          stage: Database['public']['Enums']['event_stage']
          starts_at: string
          time_zone: string
          title: string
          visibility: Database['public']['Enums']['event_visibility']
          waitlist: number
          written_by: string
        }[]
      }
      lead_guests: {
        Args: {
          after_id?: number
          after_name?: string
          event: string
          search?: string
          size?: number
          with_status?: string
        }
        Returns: {
          answers: Json
          checked_in_at: string
          decided_at: string
          decided_by_name: string
          guest_id: number
          is_entitled: boolean
          is_paid: boolean
          member_id: string
          name: string
          no_show_at: string
          registered_at: string
          sort_name: string
          status: string
          waitlist_place: number
          why: string
        }[]
      }
      lead_resources: {
        Args: {
          after_id?: string
          after_updated?: string
          at_stage?: Database['public']['Enums']['resource_stage']
          review_due?: boolean
          size?: number
        }
        Returns: {
          audience: Database['public']['Enums']['resource_audience']
          embed_note: string
          embed_state: Database['public']['Enums']['embed_state']
          id: string
          is_review_due: boolean
          kind: Database['public']['Enums']['resource_kind']
          lacks: string
          published_at: string
          retired_at: string
          review_by: string
          stage: Database['public']['Enums']['resource_stage']
          title: string
          updated_at: string
          updated_by_name: string
        }[]
      }
      make_calendar_feed: { Args: Record<PropertyKey, never>; Returns: Json }
      mark_resource: {
        Args: {
          is_set: boolean
          mark: Database['public']['Enums']['resource_mark']
          resource: string
        }
        Returns: {
          saved_at: string
          watched_at: string
        }[]
      }
      member_page: {
        Args: { member_id: string }
        Returns: {
          bio: string
          headline: string
          interests: string[]
          is_leader: boolean
          is_me: boolean
          linkedin_url: string
          links: string[]
          location: string
          member_id: string
          member_since: string
          name: string
          offers: string
          picture: string
          seeks: string
        }[]
      }
      message_guests: { Args: { event: string; to_status: string; words: string }; Returns: number }
      my_calendar: { Args: Record<PropertyKey, never>; Returns: Json }
      my_consents: { Args: Record<PropertyKey, never>; Returns: Json }
      my_data: { Args: Record<PropertyKey, never>; Returns: Json }
      my_membership: { Args: Record<PropertyKey, never>; Returns: Json }
      my_profile: { Args: Record<PropertyKey, never>; Returns: Json }
      personal_data: {
        Args: Record<PropertyKey, never>
        Returns: {
          field: string
          kept: string
          room: string
          seen_by: string
          subject: string
          what: string
          why: string
        }[]
      }
      preview_profile: {
        Args: { seen_by: string }
        Returns: {
          bio: string
          headline: string
          interests: string[]
          is_leader: boolean
          linkedin_url: string
          links: string[]
          location: string
          member_id: string
          member_since: string
          name: string
          offers: string
          picture: string
          seeks: string
        }[]
      }
      remove_picture: { Args: Record<PropertyKey, never>; Returns: undefined }
      repeat_event: {
        Args: {
          event: string
          rhythm: Database['public']['Enums']['event_rhythm']
          series: string
          times: number
        }
        Returns: Json
      }
      resource_page: {
        Args: { resource: string }
        Returns: {
          audience: Database['public']['Enums']['resource_audience']
          duration_seconds: number
          file_name: string
          file_path: string
          file_size: number
          file_type: string
          id: string
          kind: Database['public']['Enums']['resource_kind']
          published_at: string
          saved_at: string
          summary: string
          title: string
          topics: string[]
          url: string
          vimeo_hash: string
          vimeo_id: string
          watched_at: string
        }[]
      }
      resource_to_edit: { Args: { resource: string }; Returns: Json }
      retry_event: { Args: { event: string }; Returns: string }
      revoke_calendar_feed: { Args: Record<PropertyKey, never>; Returns: boolean }
      save_following: { Args: { changes: Json; event: string; revision: number }; Returns: Json }
      send_thanks: { Args: { event: string }; Returns: number }
      series_dates: {
        Args: {
          begins_at: string
          rhythm: Database['public']['Enums']['event_rhythm']
          time_zone: string
          times: number
        }
        Returns: {
          starts_at: string
        }[]
      }
      set_consent: {
        Args: { channel: Database['public']['Enums']['consent_channel']; granted: boolean }
        Returns: undefined
      }
      set_resource_stage: {
        Args: {
          publish_at?: string
          resource: string
          revision: number
          stage: Database['public']['Enums']['resource_stage']
        }
        Returns: Json
      }
      settle_event_idea: { Args: { event?: string; idea: string }; Returns: undefined }
      show_going: { Args: { shows: boolean }; Returns: boolean }
      sign_up: { Args: { name: string; visible: boolean }; Returns: string }
    }
    Enums: {
      consent_channel: 'email' | 'slack' | 'whatsapp'
      donation_status: 'pending' | 'paid' | 'failed' | 'refunded' | 'partly_refunded'
      embed_state: 'unknown' | 'ready' | 'missing' | 'refused' | 'domain_locked'
      event_origin: 'form' | 'luma'
      event_rhythm: 'weekly' | 'fortnightly' | 'monthly_by_weekday' | 'monthly_by_day'
      event_stage: 'draft' | 'upcoming' | 'past' | 'canceled'
      event_standing:
        | 'none'
        | 'invited'
        | 'pending'
        | 'waitlist'
        | 'approved'
        | 'declined'
        | 'checked_in'
      event_state: 'draft' | 'published' | 'canceled'
      event_visibility: 'public' | 'member' | 'leader'
      event_whose: 'mine' | 'regions' | 'all'
      guest_policy: 'decline' | 'pending'
      invoice_status: 'draft' | 'open' | 'paid' | 'uncollectible' | 'void'
      member_origin: 'checkout' | 'sign_up' | 'import' | 'admin' | 'agent'
      member_role: 'member' | 'leader' | 'admin'
      membership_tier: 'monthly' | 'annual' | 'donor_annual'
      notice_kind: 'payment_failed' | 'action_required' | 'grace_ending'
      price_purpose: 'dues' | 'donation'
      profile_field:
        | 'headline'
        | 'bio'
        | 'location'
        | 'links'
        | 'picture'
        | 'offers'
        | 'seeks'
        | 'interests'
      resource_audience: 'member' | 'leader'
      resource_kind: 'video' | 'file' | 'link'
      resource_mark: 'saved' | 'watched'
      resource_stage: 'draft' | 'scheduled' | 'published' | 'retired'
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
      embed_state: ['unknown', 'ready', 'missing', 'refused', 'domain_locked'],
      event_origin: ['form', 'luma'],
      event_rhythm: ['weekly', 'fortnightly', 'monthly_by_weekday', 'monthly_by_day'],
      event_stage: ['draft', 'upcoming', 'past', 'canceled'],
      event_standing: [
        'none',
        'invited',
        'pending',
        'waitlist',
        'approved',
        'declined',
        'checked_in',
      ],
      event_state: ['draft', 'published', 'canceled'],
      event_visibility: ['public', 'member', 'leader'],
      event_whose: ['mine', 'regions', 'all'],
      guest_policy: ['decline', 'pending'],
      invoice_status: ['draft', 'open', 'paid', 'uncollectible', 'void'],
      member_origin: ['checkout', 'sign_up', 'import', 'admin', 'agent'],
      member_role: ['member', 'leader', 'admin'],
      membership_tier: ['monthly', 'annual', 'donor_annual'],
      notice_kind: ['payment_failed', 'action_required', 'grace_ending'],
      price_purpose: ['dues', 'donation'],
      profile_field: [
        'headline',
        'bio',
        'location',
        'links',
        'picture',
        'offers',
        'seeks',
        'interests',
      ],
      resource_audience: ['member', 'leader'],
      resource_kind: ['video', 'file', 'link'],
      resource_mark: ['saved', 'watched'],
      resource_stage: ['draft', 'scheduled', 'published', 'retired'],
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
