import { Hono } from 'hono'
import { html } from 'hono/html'
import { layout, ledgerSection } from '../../lib/page.ts'
import { changeStatus, checkIn, register } from '../guests.ts'
import { cancelEvent, changeEvent, createEvent } from '../life.ts'
import { Problem } from '../problems.ts'
import { type Calendar, findGuest, going, type LumaEvent, type Status } from '../state.ts'
import { eventPage } from './event_page.ts'
import { hostPage } from './host_page.ts'
import { pageOf, seeOther, when } from './layout.ts'

/** The pages on which guests register and hosts look after an event, as at luma.com. */
export function pagesOf(calendar: Calendar, siteUrl: string) {
  const app = new Hono()
  const bySlug = (slug: string) =>
    [...calendar.events.values()].find((event) => event.slug === slug)
  const gone = () =>
    pageOf(
      'Not found',
      html`<section class="card"><h1>There is no such event</h1><p><a href="/">All events</a> or <a href="${siteUrl}">back to the site</a></p></section>`,
      404,
    )
  const text = (form: FormData, name: string) => String(form.get(name) ?? '').trim()

  app.get('/manage/:id', (c) => {
    const event = calendar.events.get(c.req.param('id'))
    return event ? hostPage(event) : gone()
  })
  app.post('/manage/:id', async (c) => {
    const event = calendar.events.get(c.req.param('id'))
    if (!event) return gone()
    const form = await c.req.formData()
    const cents = Math.round(Number(text(form, 'price')) * 100) || null
    const paid = { cents, type: cents ? 'paid' : 'free', currency: cents ? 'usd' : null }
    if (event.ticketTypes[0]) Object.assign(event.ticketTypes[0], paid)
    event.hasWaitlist = form.has('waitlist')
    const address = text(form, 'address')
    const place = address ? { geo_address_json: { type: 'manual', address } } : {}
    changeEvent(
      calendar,
      event,
      { name: text(form, 'name') || event.name, ...place },
      { by: 'host' },
    )
    return seeOther(`/manage/${event.id}`)
  })
  app.post('/manage/:id/cancel', (c) => {
    const event = calendar.events.get(c.req.param('id'))
    if (!event) return gone()
    cancelEvent(calendar, event, { by: 'host', refund: true })
    return seeOther('/')
  })
  app.post('/manage/:id/guest', async (c) => {
    const event = calendar.events.get(c.req.param('id'))
    const form = await c.req.formData()
    const guest = event && findGuest(event, text(form, 'guest'))
    if (!event || !guest) return gone()
    const what = text(form, 'do')
    if (what === 'in' || what === 'out') checkIn(calendar, event, guest, what === 'in')
    else changeStatus(calendar, event, guest, { status: what as Status, by: 'host' })
    return seeOther(`/manage/${event.id}`)
  })
  app.post('/new', async (c) => {
    const form = await c.req.formData()
    const start_at = new Date(calendar.clock.now().getTime() + 7 * 86_400_000).toISOString()
    const name = text(form, 'name') || 'Made at Luma'
    const made = createEvent(calendar, { name, start_at, timezone: 'UTC' }, { by: 'host' })
    return seeOther(`/manage/${made.id}`)
  })

  app.get('/:slug', (c) => {
    const event = bySlug(c.req.param('slug'))
    if (!event) return gone()
    const key = c.req.query('guest')
    return eventPage(event, key?.startsWith('g-') ? findGuest(event, key) : undefined)
  })
  app.post('/:slug', async (c) => {
    const event = bySlug(c.req.param('slug'))
    if (!event) return gone()
    const form = await c.req.formData()
    const answers = Object.fromEntries(
      event.questions.map(({ id, question_type }) => {
        const said = text(form, `answer-${id}`)
        return [id, question_type === 'agree-check' ? said === 'true' : said]
      }),
    )
    try {
      const wish = { email: text(form, 'email'), name: text(form, 'name'), answers }
      const guest = register(calendar, event, wish)
      return seeOther(`/${event.slug}?guest=${guest.key}`)
    } catch (error) {
      if (error instanceof Problem) return eventPage(event, undefined, error.message)
      throw error
    }
  })
  app.post('/:slug/leave', async (c) => {
    const event = bySlug(c.req.param('slug'))
    const guest = event && findGuest(event, text(await c.req.formData(), 'guest'))
    if (!event || !guest) return gone()
    changeStatus(calendar, event, guest, { status: 'declined', by: 'guest' })
    return seeOther(`/${event.slug}?guest=${guest.key}`)
  })
  app.notFound(() => gone())

  function row(event: LumaEvent) {
    return html`<tr><td data-label="When">${when(event)}</td><td data-label="Event"><a href="/${event.slug}">${event.name}</a></td>
<td data-label="Guests">${going(event).length} going, ${event.guests.size} in all</td>
<td data-label="Hosts"><a href="/manage/${event.id}">manage</a></td></tr>`
  }

  return {
    handle: async (request: Request) => app.fetch(request),
    overview() {
      const events = [...calendar.events.values()].sort((a, b) =>
        a.startAt.localeCompare(b.startAt),
      )
      const list = html`<section><h2>Events</h2>${
        events.length
          ? html`<table><thead><tr><th>When</th><th>Event</th><th>Guests</th><th>Hosts</th></tr></thead><tbody>${events.map(row)}</tbody></table>`
          : html`<p class="soft">None yet. Publish one on the site, or make one here.</p>`
      }
<form method="post" action="/new"><label>Make one at Luma directly <input name="name" required></label> <button>Make it</button></form></section>`
      return layout(
        'Luma sandbox',
        'A stand-in on this machine.',
        html`${list}${ledgerSection(calendar.ledger)}`,
      )
    },
  }
}
