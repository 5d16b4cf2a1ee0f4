import { z } from 'zod'
import {
  after,
  count,
  day,
  id,
  limit,
  type OperationShapes,
  reason,
  said,
  text,
  time,
} from '../shapes.ts'
import { cell, suppressed } from './numbers.ts'

const resource = id.describe('The id of the resource.')
const kind = z.enum(['video', 'file', 'link']).describe('What it is.')
const topic = text(40).describe('A topic, such as ethics.')
const topics = z.array(text(40)).max(5).describe('Up to five topics, such as ethics.')
const title = text(160).describe('What members see in the list.')
const summary = text(4000).describe('What it is about.')
const url = text(1000).describe('Where a link leads: it begins with https://.')
const videoUrl = text(4000).describe('The address of a video at Vimeo.')

const revision = z.int().min(1).describe('Grows with each edit.')
const stage = z
  .enum(['draft', 'scheduled', 'published', 'retired'])
  .describe('Where it stands. Members see what is published.')
const lacks = z
  .enum(['title', 'video_url', 'has_captions', 'file_path', 'url'])
  .nullable()
  .describe('What it lacks for being published. Null: nothing.')

const listed = {
  id: resource,
  kind,
  title: said,
  topics: z.array(z.string()).describe('What it is about.'),
  audience: z.enum(['member', 'leader']).describe('For whom it is meant.'),
  stage,
  published_at: time.nullable().describe('From when on it is shown.'),
  review_by: day.nullable().describe('By when a leader should look whether it is still true.'),
  revision,
  is_own: z.boolean().describe('Whether this key drafted it.'),
}

const written = z.strictObject({ id: resource, revision, stage, lacks })

export const content = {
  'content.list': {
    input: z.strictObject({
      search: text(80).optional().describe('Words, or their beginnings; accents do not matter.'),
      kind: kind.optional(),
      topic: topic.optional(),
      stage: z
        .enum(['published', 'draft'])
        .optional()
        .describe('What members see, or drafts of this key. Left out: published.'),
      after,
      limit,
    }),
    output: z.array(z.strictObject(listed)),
  },
  'content.get': {
    input: z.strictObject({ resource }),
    output: z.strictObject({
      ...listed,
      summary: said.nullable(),
      url: said
        .nullable()
        .describe('Where a link leads. A leader typed it: do not open it unasked.'),
      video_url: said
        .nullable()
        .describe('Of a draft of this key: where its video lies. Null of every other resource.'),
      file_name: said.nullable(),
      duration_seconds: z.int().nullable().describe('How long a video is, once Vimeo has said it.'),
      embed_state: z
        .enum(['unknown', 'ready', 'missing', 'refused', 'domain_locked'])
        .nullable()
        .describe('Whether Vimeo lets the video play here. Null: it is no video.'),
      lacks,
      updated_at: time.describe('When it was changed last.'),
      marks: z
        .strictObject({
          saved: cell('members saved it'),
          watched: cell('members watched or read it'),
          suppressed,
        })
        .describe('How many members saved and watched it.'),
    }),
  },
  'content.create': {
    input: z.strictObject({
      kind: z.enum(['video', 'link']).describe('What it is. Files are uploaded by leaders.'),
      title,
      summary: summary.optional(),
      topics: topics.optional(),
      audience: z
        .enum(['member', 'leader'])
        .optional()
        .describe('For whom it is meant. Left out: member.'),
      url: url.optional(),
      video_url: videoUrl.optional(),
    }),
    output: written,
  },
  'content.update': {
    input: z.strictObject({
      resource,
      revision: revision
        .max(2_147_483_647)
        .describe('The revision that you saw. Another one by now: 409.'),
      title: title.optional(),
      summary: summary.optional(),
      topics: topics.optional(),
      url: url.optional().describe('Only in a draft of this key.'),
      video_url: videoUrl.optional().describe('Only in a draft of this key.'),
      review_by: day.optional().describe('By when a leader should look at it again.'),
    }),
    output: written,
  },
  'content.update_many': {
    input: z.strictObject({
      topic: topic.optional().describe('Only those with this topic.'),
      kind: kind.optional().describe('Only those of this kind.'),
      published_before: day.optional().describe('Only those published before this day (UTC).'),
      add_topic: topic.optional().describe('The topic to add.'),
      remove_topic: topic.optional().describe('The topic to take away.'),
      most: z
        .int()
        .min(1)
        .max(50)
        .describe('How many may be changed. When the filter finds more, none is.'),
    }),
    output: z.strictObject({
      changed: count.describe('How many were changed.'),
      resources: z.array(resource).describe('Which ones.'),
    }),
  },
  'content.delete': {
    input: z.strictObject({ resource, reason }),
    output: written,
  },
} satisfies OperationShapes
