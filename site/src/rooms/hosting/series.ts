import { one } from '../../lib/forms.ts'
import { sentence } from '../../lib/problem.ts'
import { say } from '../../lib/toast.ts'
import { momentOf } from '../../lib/zones.ts'
import { type Edited, type Rhythm, readDates, repeat } from './data.ts'
import { readForm } from './form.ts'
import { count, dayOf, rhythmWords } from './words.ts'

interface SeriesDeps {
  id: string
  /** Stores what is typed: the dates are made of what is stored. */
  save(): Promise<boolean>
  /** Takes over the event as it was answered. */
  adopt(event: Edited): void
}

const panel = () => one('[data-series]')
const rhythm = () => one<HTMLSelectElement>('#rhythm')
const times = () => one<HTMLInputElement>('#times')

/** Whether what is saved is for the events that follow as well. */
export const savesFollowing = (): boolean =>
  !one('[data-scope]').hidden && one<HTMLInputElement>('[name="scope"][value="following"]').checked

/** Shows the series that an event belongs to, or offers to make one. */
export function showSeries(event: Edited | null): void {
  const series = event?.series ?? null
  const over = event?.stage === 'past' || event?.stage === 'canceled'
  panel().hidden = event?.may_edit === false || (over && !series)
  one('[data-repeat]').hidden = series !== null || over
  one('[data-dates]').hidden = series === null
  const scope = one('[data-scope]')
  scope.hidden = !series || series.following === 0 || over || event?.may_edit === false
  if (!series || !event) return
  one('[data-series-words]').textContent = `This is number ${series.place} of ${series.of}.`
  one('[data-following]').textContent = `This and the ${count(series.following, 'event')} after it`
  one('[data-series-list]').replaceChildren(
    ...series.events.map(({ id, starts_at, state }) => {
      const row = document.createElement('li')
      const link = document.createElement('a')
      link.href = `/lead/events/edit/?id=${id}`
      link.textContent = dayOf(starts_at, event.time_zone)
      if (id === event.id) link.setAttribute('aria-current', 'page')
      row.append(link, state === 'canceled' ? ' (canceled)' : state === 'draft' ? ' (draft)' : '')
      return row
    }),
  )
}

/** The dates that a series would have, shown before it is made. */
export function startSeries({ id, save, adopt }: SeriesDeps): void {
  const made = crypto.randomUUID()
  const shown = one('[data-preview]')
  const told = one('[data-error-for="rhythm"]')
  const button = one<HTMLButtonElement>('[data-make-series]')
  let asked = 0

  const preview = async () => {
    told.textContent = ''
    const { starts, zone } = readForm().when
    const chosen = rhythm().value as Rhythm | ''
    const mine = ++asked
    shown.replaceChildren()
    button.hidden = true
    one('[data-times]').hidden = chosen === ''
    if (chosen === '') return
    if (!starts) {
      told.textContent = 'Choose a start first.'
      return
    }
    try {
      const dates = await readDates(
        momentOf(starts, zone).toISOString(),
        zone,
        chosen,
        Number(times().value),
      )
      if (mine !== asked) return
      shown.replaceChildren(
        ...dates.map((date) => {
          const row = document.createElement('li')
          row.textContent = dayOf(date, zone)
          return row
        }),
      )
      button.hidden = false
      button.textContent = `Make these ${dates.length} events`
    } catch (error) {
      if (mine === asked) told.textContent = sentence(error)
    }
  }
  /** The rhythms are said of the day that is chosen. */
  const say_rhythms = () => {
    const { starts } = readForm().when
    if (!starts) return
    const words = rhythmWords(starts)
    for (const option of rhythm().options)
      if (option.value) option.textContent = words[option.value as Rhythm]
  }

  panel().addEventListener('input', (event) => {
    if ((event.target as HTMLInputElement).name === 'scope') return
    event.stopPropagation()
    void preview()
  })
  rhythm().addEventListener('focus', say_rhythms)
  one('#event').addEventListener('change', say_rhythms)
  button.addEventListener('click', async () => {
    if (button.ariaBusy === 'true') return
    button.ariaBusy = 'true'
    told.textContent = ''
    try {
      if (!(await save())) return
      const event = await repeat(id, made, rhythm().value as Rhythm, Number(times().value))
      adopt(event)
      const out =
        event.state === 'draft'
          ? 'They are drafts until you publish them.'
          : 'Luma is told of each.'
      say(`A series of ${event.series?.of ?? 0}. ${out}`)
    } catch (error) {
      told.textContent = sentence(error)
    } finally {
      button.ariaBusy = 'false'
    }
  })
}
