import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  agents,
  close,
  data,
  deletion,
  holds,
  meet,
  merge,
  nameOf,
  open,
  outcome,
  pair,
  promised,
  proposals,
  refund,
  type Step,
  traces,
} from './agents_locks.ts'

// Two rows that become one person while something is asked for, erased or deleted, in both orders of arrival.
beforeAll(open)
afterAll(close)

test('Two who each work with a key become one while one of them asks to give a payment of theirs back', async () => {
  for (const first of ['asking', 'merging']) {
    const mine = await pair()
    const { kept, keys, review } = mine
    // Within its limits, were it not for herself.
    await agents.sql`update private.agent_keys set refund_each = 10000 where id = ${keys[0].id}`
    const steps = [refund(keys[0], kept.invoice), merge(review)]
    const both = await meet(
      holds.customers(kept),
      ...(first === 'asking' ? steps : steps.reverse()),
    )
    const [asked, merged] = first === 'asking' ? both : both.reverse()
    expect([asked.status, asked.body.data?.state, merged]).toEqual([202, 'waiting', kept.id])
    // The payment of the row that goes is asked for by both: it is spoken for once.
    const other = await pair()
    await agents.sql`update private.agent_keys set refund_each = 10000`
    const late = [refund(other.keys[0], other.gone.invoice), merge(other.review)]
    const [here, there] =
      first === 'asking'
        ? await meet(holds.customers(other.gone), ...late)
        : (await meet(holds.customers(other.gone), ...late.reverse())).reverse()
    expect([here.status, there]).toEqual([202, other.kept.id])
    // Of another's payment it decides itself; of what has become her holder's an admin does.
    expect(here.body.data.state).toBe(first === 'asking' ? 'approved' : 'waiting')
    for (const { kept, gone, keys } of [mine, other]) {
      expect(await proposals(keys[0])).toMatchObject([{ member_id: kept.id }])
      expect(await nameOf(gone)).toBe(undefined)
      const held = await agents.sql`select from private.agent_keys where holder_id = ${kept.id}`
      expect(held).toHaveLength(2)
    }
    const again = await outcome(refund(other.keys[1], other.gone.invoice)(agents.sql))
    expect([again.status, (await promised(other.gone.invoice))[0]!.amount]).toEqual([409, 6000])
  }
})

test('Two become one while one of the two rows is erased: she is one, or she is gone, wholly', async () => {
  for (const first of ['merging', 'erasing']) {
    for (const erased of ['kept', 'gone'] as const) {
      const both = await pair()
      const her = both[erased]
      const remove: Step = (sql) => sql`select admin.delete_member(${her.email}, 'By mail')`
      const steps = [merge(both.review), remove]
      const [one, other] = await meet(
        holds.customers(both.gone, both.kept),
        ...(first === 'merging' ? steps : steps.reverse()),
      )
      const [merged, removed] = first === 'merging' ? [one, other] : [other, one]
      if (first === 'erasing') {
        expect([removed, merged]).toEqual([
          expect.stringMatching(/^Erased here/),
          expect.stringMatching(/^PT409 This review is not open/),
        ])
      } else if (erased === 'kept') {
        expect([merged, removed]).toEqual([both.kept.id, expect.stringMatching(/^Erased here/)])
        expect([await traces(both.gone), await nameOf(both.kept)]).toEqual(['0', undefined])
      } else {
        // Nobody says of somebody who is still here that she was erased.
        expect([merged, removed]).toEqual([both.kept.id, expect.stringMatching(/^PT409 /)])
        expect(await nameOf(both.kept)).toBe(both.kept.name)
      }
      if (first === 'erasing' || erased === 'kept') expect(await traces(her)).toBe('0')
    }
  }
})

test('Nobody is deleted whose row became one with another while the deletion was carried out', async () => {
  for (const whose of ['kept', 'gone'] as const) {
    const both = await pair()
    const key = await agents.makeKey()
    const { id } = await data(deletion(key, both[whose]))
    await agents.sql`select admin.approve_proposal(${id}, 'Yes')`
    const carry: Step = (sql) => sql`select private.delete_as_proposed(${id}, private.clock())`
    expect(await meet(merge(both.review), carry)).toEqual(['nothing left to do'])
    expect([await proposals(key), await nameOf(both.kept)]).toMatchObject([
      [{ state: 'failed' }],
      both.kept.name,
    ])
  }
})
