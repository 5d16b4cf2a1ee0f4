import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'smol-toml'
import { repository } from './run-folder.ts'

interface Template {
  subject: string
  content_path: string
}

/** The part of supabase/config.toml that the native stack obeys. */
export interface Project {
  project_id: string
  api: { schemas: string[]; max_rows: number }
  storage: { file_size_limit: string | number }
  auth: {
    site_url: string
    additional_redirect_urls: string[]
    jwt_expiry: number
    enable_signup: boolean
    refresh_token_reuse_interval: number
    minimum_password_length: number
    email: {
      enable_confirmations: boolean
      double_confirm_changes: boolean
      max_frequency: string
      otp_length: number
      otp_expiry: number
      template: Record<string, Template>
    }
  }
  functions: Record<string, { entrypoint: string; verify_jwt?: boolean; import_map?: string }>
}

/** Reads supabase/config.toml: one file says how the project is set up, here and on hosted. */
export function readProject(): Project {
  const file = join(repository, 'supabase/config.toml')
  return parse(readFileSync(file, 'utf8')) as unknown as Project
}

/** Seconds in the durations that config.toml uses: "500ms", "1s", "5m", "24h". */
export function seconds(duration: string): number {
  const match = /^(\d+)(ms|s|m|h)$/.exec(duration)
  if (!match) throw new Error(`config.toml: ${duration} is no duration`)
  const unit = { ms: 0.001, s: 1, m: 60, h: 3600 }[match[2] as 'ms' | 's' | 'm' | 'h']
  return Number(match[1]) * unit
}
