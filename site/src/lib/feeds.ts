import type { RSSFeedItem } from '@astrojs/rss'
import ical, { ICalCalendarMethod } from 'ical-generator'
import { community } from '../../community.config.ts'
import { type PublicEvent, when } from './events.ts'

/** Where an event stands on our own page. The same for as long as the event exists, so feeds know it by it. */
const addressOf = (event: PublicEvent, site: URL) => new URL(`/events/#event-${event.id}`, site)

/** The items of the RSS feed. */
export const rssItems = (events: PublicEvent[], site: URL): RSSFeedItem[] =>
  events.map((event) => {
    const { day, time, zone } = when(event)
    const facts = [`${day}, ${time} (${zone})`, event.place].filter(Boolean).join('. ')
    return {
      title: event.title,
      link: addressOf(event, site).href,
      pubDate: new Date(event.published_at),
      description: [`${facts}.`, event.description].filter(Boolean).join('\n\n'),
    }
  })

/** The calendar feed, in UTC: every calendar shows it in its reader's own time. at: when it was made. */
export function calendar(events: PublicEvent[], site: URL, at: Date): string {
  const feed = ical({
    name: `${community.name}: ${community.events.title}`,
    description: community.events.description,
    method: ICalCalendarMethod.PUBLISH,
    prodId: { company: community.name, product: 'Commons', language: community.language },
    url: new URL('/events.ics', site).href,
    ttl: 6 * 60 * 60,
  })
  for (const event of events) {
    feed.createEvent({
      id: `${event.id}@${site.hostname}`,
      stamp: at,
      start: new Date(event.starts_at),
      end: new Date(event.ends_at),
      summary: event.title,
      description: event.description,
      location: event.place || null,
      url: event.url ?? addressOf(event, site).href,
    })
  }
  return feed.toString()
}
