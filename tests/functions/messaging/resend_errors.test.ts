import { describe, expect, it, test } from 'vitest'
import { ProviderError } from '../../../functions/_shared/provider_error.ts'
import { resendFailure, surelyNotSent } from '../../../functions/_shared/providers/resend_errors.ts'

const now = new Date('2026-06-01T12:00:00Z')
const failure = (
  name: string,
  statusCode: number | null,
  headers: Record<string, string> | null = {},
) => resendFailure({ name, statusCode }, headers, now)

describe('What Resend calls by name', () => {
  // Each name that the SDK knows: what becomes of the job, and whether the mail surely stayed here.
  it.each([
    ['invalid_idempotency_key', 400, 'refused', true],
    ['validation_error', 400, 'refused', true],
    ['validation_error', 422, 'refused', true],
    ['validation_error', 403, 'misconfigured', true],
    ['missing_api_key', 401, 'misconfigured', true],
    ['restricted_api_key', 401, 'misconfigured', true],
    ['invalid_api_key', 403, 'misconfigured', true],
    ['invalid_api_key', 400, 'misconfigured', true],
    ['not_found', 404, 'refused', true],
    ['method_not_allowed', 405, 'refused', true],
    ['invalid_idempotent_request', 409, 'refused', false],
    ['concurrent_idempotent_requests', 409, 'retry', false],
    ['missing_required_field', 422, 'refused', true],
    ['invalid_attachment', 422, 'refused', true],
    ['invalid_parameter', 422, 'refused', true],
    ['invalid_region', 422, 'refused', true],
    ['invalid_from_address', 422, 'misconfigured', true],
    ['invalid_access', 422, 'misconfigured', true],
    ['security_error', 451, 'refused', true],
    ['rate_limit_exceeded', 429, 'retry', true],
    ['daily_quota_exceeded', 429, 'retry', true],
    ['monthly_quota_exceeded', 429, 'retry', true],
    ['application_error', 500, 'retry', false],
    ['internal_server_error', 500, 'retry', false],
    ['application_error', null, 'retry', false],
    ['something_new', 418, 'refused', true],
    ['something_new', 429, 'retry', true],
    ['something_new', 503, 'retry', false],
  ])('%s with %s is %s', (name, status, kind, stayed) => {
    const error = failure(name, status)
    expect(error).toBeInstanceOf(ProviderError)
    expect([error.kind, surelyNotSent(error)]).toEqual([kind, stayed])
  })
})

test('A pause is as long as it says, and an hour where a quota is spent', () => {
  expect(failure('rate_limit_exceeded', 429, { 'retry-after': '7' }).retryAfter).toBe(7)
  expect(failure('rate_limit_exceeded', 429).retryAfter).toBe(2)
  expect(failure('something_new', 429, null).retryAfter).toBe(2)
  expect(failure('daily_quota_exceeded', 429, { 'retry-after': '1' }).retryAfter).toBe(3600)
  expect(failure('daily_quota_exceeded', 429, { 'retry-after': '7200' }).retryAfter).toBe(7200)
  expect(failure('concurrent_idempotent_requests', 409).retryAfter).toBe(5)
  expect(failure('validation_error', 422).retryAfter).toBeUndefined()
})

test('Its words name nobody, whatever Resend says', () => {
  expect(failure('Invalid `to`: ada@example.org', 422).message).toBe('422 unknown')
  expect(failure('validation_error', 422).message).toBe('422 validation_error')
})
