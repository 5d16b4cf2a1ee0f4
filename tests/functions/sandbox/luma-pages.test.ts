import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startLuma } from './luma-support.ts'

let luma: Awaited<ReturnType<typeof startLuma>>
beforeAll(async () => {
  luma = await startLuma()
})
afterAll(() => luma?.close())
beforeEach(async () => {
  await luma.control('reset')
})

const tickets = async (event: string) =>
  (await luma.api('GET', `/v1/events/ticket-types/list?event_id=${event}`)).body.entries

describe('Luma’s pages in the sandbox', () => {
  const statusOf = async (event: string, email: string) =>
    (await luma.api('GET', `/v1/events/guests/get?event_id=${event}&id=${email}`)).body
      .approval_status

  test('let somebody register, wait for the hosts, come in and be checked in', async () => {
    const event = await luma.create({
      registration_questions: [
        { id: 'q1', label: 'What do you eat?', required: true, question_type: 'text' },
      ],
    })
    const [type] = await tickets(event)
    await luma.api('POST', '/v1/events/ticket-types/update', {
      event_ticket_type_id: type.id,
      require_approval: true,
    })
    const slug = `/${event.slice(4)}`
    const page = await (await fetch(luma.url + slug)).text()
    expect(page).toContain('What do you eat?')
    expect(page).toContain('Ask to join')
    const sent = await luma.form(slug, {
      name: 'Ann',
      email: 'ann@example.org',
      'answer-q1': '<b>Everything</b>',
    })
    expect(sent.status).toBe(303)
    const own = await (await fetch(luma.url + sent.headers.get('location'))).text()
    expect(own).toContain('Waits for the hosts')
    const guest = (await luma.api('GET', `/v1/events/guests/list?event_id=${event}`)).body
      .entries[0]
    expect(guest).toMatchObject({
      approval_status: 'pending_approval',
      registration_answers: [{ question_id: 'q1', value: '<b>Everything</b>' }],
    })
    await luma.form(`/manage/${event}/guest`, { guest: guest.id, do: 'approved' })
    await luma.form(`/manage/${event}/guest`, { guest: guest.id, do: 'in' })
    const host = await (await fetch(`${luma.url}/manage/${event}`)).text()
    expect(host).toContain('1 going, 1 checked in')
    expect(await statusOf(event, 'ann@example.org')).toBe('approved')
  })

  test('sell out without a waitlist, and let people wait with one', async () => {
    const event = await luma.create({ max_capacity: 1, name: '<script>alert(1)</script>' })
    const slug = `/${event.slice(4)}`
    await luma.form(slug, { name: 'One', email: 'one@example.org' })
    const page = await (await fetch(luma.url + slug)).text()
    expect(page).toContain('Sold out')
    expect(page).not.toContain('<script>')
    const refused = await luma.form(slug, { name: 'Two', email: 'two@example.org' })
    expect(await refused.text()).toContain('Sold out')
    await luma.control('luma/waitlist', { event, enabled: true })
    await luma.form(slug, { name: 'Two', email: 'two@example.org' })
    expect(await statusOf(event, 'two@example.org')).toBe('waitlist')
  })
})
