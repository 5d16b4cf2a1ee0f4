import { describe, expect, it } from 'vitest'
import {
  isInJourneyAlready,
  type MailchimpError,
  mailchimpFailure,
  permanentRefusal,
} from '../../../functions/_shared/providers/mailchimp_errors.ts'

/** An error as the SDK throws it for an answer of Mailchimp. */
const answered = (body: object, status = 400) =>
  mailchimpFailure({ status, response: { body: { status, ...body } } }) as MailchimpError

describe('Mailchimp says that she is in the journey already', () => {
  it.each([
    { title: 'Contact Already In Journey', detail: '' },
    { title: 'Bad Request', detail: 'ada@example.org has entered this journey before.' },
    { title: 'Bad Request', detail: 'The contact is already in this automation flow.' },
    { title: 'Invalid Resource', detail: 'Contact has already been added to the journey step' },
  ])('in the title or in the detail: $title, $detail', (body) => {
    expect(isInJourneyAlready(answered(body))).toBe(true)
  })

  it.each([
    { title: 'Bad Request', detail: 'ada@example.org is not subscribed and cannot enter.' },
    { title: 'Bad Request', detail: 'already@journey.example cannot enter a journey.' },
    { title: 'Bad Request', detail: 'Already unsubscribed: no journey can be started.' },
    { title: 'Resource Not Found', detail: 'The journey could not be found.' },
    { title: 'Bad Request' },
  ])('and nothing else does: $title, $detail', (body) => {
    expect(isInJourneyAlready(answered(body))).toBe(false)
  })

  it('not when its own machines fail', () => {
    const body = { title: 'Internal Server Error', detail: 'The journey was started before.' }
    expect(isInJourneyAlready(answered(body, 500))).toBe(false)
  })
})

describe('"Invalid Resource" is about her address', () => {
  const title = 'Invalid Resource'

  it.each([
    { detail: 'See the errors.', errors: [{ field: 'email_address', message: 'Bad' }] },
    { detail: 'ada@example.org looks fake or invalid, please enter a real email address.' },
  ])('when it says so: $detail', (body) => {
    expect(permanentRefusal(answered({ title, ...body }))?.remedy).toMatch(/spelling/)
  })

  it.each([
    { detail: 'See the errors.', errors: [{ field: 'FNAME', message: 'Too long' }] },
    { detail: 'email@example.org has signed up to a lot of lists very recently.' },
    { errors: 'nothing that we know' },
  ])('and not when it names another field, or none: $detail', (body) => {
    const error = answered({ title, ...body })
    expect(error.kind).toBe('refused')
    expect(permanentRefusal(error)).toBeUndefined()
  })

  it('and an admin reads which field it is, never what was typed into it', () => {
    const errors = [
      { field: 'FNAME', message: 'ada@example.org' },
      { field: 'ada@example.org', message: 'x' },
    ]
    const { message } = answered({ title, detail: 'ada@example.org is too long', errors })
    expect(message).toBe('400 Invalid Resource: FNAME')
  })
})
