import { z } from 'zod'
import { header, message, paragraph, small, type Template } from './blocks.ts'

const things = z.object({
  things: z
    .array(
      z.object({
        what: z.string(),
        id: z.string(),
        why: z.string().nullish().catch(null),
        do_this: z.string().nullish().catch(null),
      }),
    )
    .min(1)
    .max(10),
  more: z.number().int().nonnegative().catch(0),
})

/** Characters that one thing takes at most, so that ten of them fit into a message. */
const ROOM = 400

/** To admins: what waits for them since the last time. */
export const alerts: Template = (data) => {
  const { things: waiting, more } = things.parse(data)
  const count = waiting.length + more
  const title = count === 1 ? `${waiting[0]!.what}: please look` : `${count} things wait for you`
  return message(
    title,
    header(title),
    ...waiting.map(({ what, id, why, do_this }) =>
      paragraph(
        [`${what} ${id}`, why, do_this && `What to do: ${do_this}`].filter(Boolean).join('\n'),
        ROOM,
      ),
    ),
    small(
      `${more > 0 ? `And ${more} more. ` : ''}All of it, and what to do: admin.attention in Studio.`,
    ),
  )
}
