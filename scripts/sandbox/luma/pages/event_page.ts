import { html } from 'hono/html'
import { firstStatus } from '../life.ts'
import { type Guest, going, type LumaEvent, type Question } from '../state.ts'
import { pageOf, statusTag, when } from './layout.ts'

/** The event's own page: what it is, and how to come. `guest` is who just registered, or follows her own link. */
export function eventPage(event: LumaEvent, guest?: Guest, problem?: string): Promise<Response> {
  const about = html`<section class="card"><h1>${event.name}</h1>
<p>${when(event)} <span class="soft">(${event.timezone})</span></p>
<p class="soft">${event.address ?? (event.meetingUrl ? 'Online' : 'Place to be told')}</p>
<p class="words">${event.descriptionMd}</p>
<p class="soft small">${going(event).length} going${event.maxCapacity ? html` of ${event.maxCapacity}` : ''}</p></section>`
  return pageOf(event.name, html`${about}${guest ? mine(event, guest) : form(event, problem)}`)
}

function mine(event: LumaEvent, guest: Guest) {
  const leave = html`<form method="post" action="/${event.slug}/leave"><input type="hidden" name="guest" value="${guest.key}">
<button class="button danger">I cannot come</button></form>`
  const again = html`<p><a class="button" href="/${event.slug}">Register again</a></p>`
  return html`<section class="card"><h2>${guest.name ?? guest.email} ${statusTag(guest.status)}</h2>
<p>${said(event, guest)}</p>${guest.status === 'declined' ? again : leave}</section>`
}

function said(event: LumaEvent, { status }: Guest) {
  switch (status) {
    case 'approved':
      return event.meetingUrl
        ? html`You are in. Join at <a href="${event.meetingUrl}">${event.meetingUrl}</a>.`
        : 'You are in.'
    case 'pending_approval':
      return 'The hosts have been asked. You get a mail when they answer.'
    case 'waitlist':
      return 'It is full. You are on the waitlist.'
    default:
      return 'You are not going.'
  }
}

function form(event: LumaEvent, problem: string | undefined) {
  const type = event.ticketTypes.find(({ is_hidden }) => !is_hidden)
  const status = type && firstStatus(event, type)
  if (!type || !status) {
    return html`<section class="card"><h2>Sold out</h2><p class="soft">Registration is closed.</p></section>`
  }
  const price = type.cents ? ` for $${(type.cents / 100).toFixed(2)}` : ''
  const verb = {
    waitlist: 'Join the waitlist',
    pending_approval: `Ask to join${price}`,
  }[status as string]
  return html`<section class="card"><h2>Register</h2>
${problem ? html`<p class="note bad" role="alert">${problem}</p>` : ''}
<form method="post" action="/${event.slug}">
<div class="field"><label for="name">Name</label><input id="name" name="name" type="text" autocomplete="name" required></div>
<div class="field"><label for="email">E-mail</label><input id="email" name="email" type="email" autocomplete="email" required></div>
${event.questions.map(field)}
<button class="button primary wide">${verb ?? `Register${price}`}</button></form></section>`
}

function field({ id, label, required, question_type }: Question) {
  const name = `answer-${id}`
  if (question_type === 'agree-check') {
    return html`<label class="choice"><input type="checkbox" name="${name}" value="true" ${required ? 'required' : ''}> <span>${label}</span></label>`
  }
  const box =
    question_type === 'long-text'
      ? html`<textarea id="${name}" name="${name}" rows="4" ${required ? 'required' : ''}></textarea>`
      : html`<input id="${name}" name="${name}" type="text" ${required ? 'required' : ''}>`
  return html`<div class="field"><label for="${name}">${label}</label>${box}</div>`
}
