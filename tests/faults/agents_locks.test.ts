import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  agents,
  approve,
  asks,
  close,
  data,
  deletion,
  erase,
  holds,
  type Key,
  keyOf,
  meet,
  member,
  nameOf,
  nothing,
  open,
  opens,
  outcome,
  promised,
  proposals,
  refund,
  rename,
  type Step,
  traces,
  undoAll,
  undoTask,
} from './agents_locks.ts'

// Erasing, deciding and taking back at the same moment, in both orders of arrival: each comes to its end.
beforeAll(open)
afterAll(close)

test('Whoever works with a key is erased while it asks for her: her wish comes to its end, and nothing is promised', async () => {
  for (const kind of ['refund', 'deletion'] as const) {
    for (const first of ['asking', 'erasing']) {
      const her = await member()
      const key = await keyOf(her)
      const asking = kind === 'refund' ? refund(key, her.invoice) : deletion(key, her)
      if (first === 'asking') {
        const [asked, erased] = await meet(holds.limits(key), asking, erase(her))
        expect([asked.status, erased]).toEqual([202, true])
        expect(await proposals(key)).toMatchObject([{ state: 'withdrawn', member_id: null }])
      } else {
        const [erased, asked] = await meet(holds.key(key), erase(her), asking)
        expect([erased, asked.status]).toEqual([true, kind === 'refund' ? 409 : 404])
        expect(await proposals(key)).toHaveLength(0)
      }
      expect([await traces(her), await promised(her.invoice)]).toEqual(['0', nothing])
    }
  }
})

test('Whoever works with a key is erased while an admin approves what it asks for: the one who came first counts', async () => {
  for (const first of ['approved', 'erased']) {
    const her = await member()
    const key = await keyOf(her)
    const { id } = await data(refund(key, her.invoice))
    if (first === 'approved') {
      expect(await meet(approve(id), erase(her))).toEqual([true])
      expect(await proposals(key)).toMatchObject([{ state: 'approved', decided_by: 'studio' }])
      // It is owed, and comes to nothing: the payment is nobody's.
      const [owed] = await agents.sql`select private.begin_refund(${id}) ->> 'why_not' as why`
      expect(owed!.why).toMatch(/^This payment is nobody's any more/)
    } else {
      const [approved] = await meet(erase(her), approve(id))
      expect(approved).toMatch(/^PT409 /)
      expect(await proposals(key)).toMatchObject([{ state: 'withdrawn', decided_by: null }])
      expect(await promised(her.invoice)).toEqual(nothing)
    }
    expect(await traces(her)).toBe('0')
  }
})

test('What a key asks about others is decided while whoever works with it is erased, and by nobody afterwards', async () => {
  const [holder, ada, bea, admin] = [await member(), await member(), await member(), await member()]
  await agents.sql`update public.members set role = 'admin' where id = ${admin.id}`
  const key = await keyOf(holder)
  const decide = async ({ invoice }: { invoice: string }) => {
    const { id } = await data(refund(key, invoice))
    return () =>
      outcome(
        agents.sql`select private.decide_proposal(${id}, true, ${admin.id}, null, private.clock())`,
      )
  }
  const [first, second] = [await decide(ada), await decide(bea)]
  let during: unknown
  await meet(async (sql) => {
    await erase(holder)(sql)
    during = await first()
  })
  expect([during, await second()]).toEqual([
    expect.objectContaining({ decided: true, state: 'approved' }),
    'PT403 Nobody knows who works with this agent',
  ])
})

test('Whoever works with a key is erased while what it did about her is taken back, by whichever door', async () => {
  const doors = [
    (key: Key, task: string) => asks(key, 'change_sets.undo', { change_set: task }),
    (_: Key, task: string) => undoTask(task),
    (key: Key) => undoAll(key),
  ]
  for (const door of doors) {
    for (const first of ['undo', 'erase']) {
      const her = await member()
      const key = await keyOf(her)
      const task = await opens(key)
      await data(rename(key, her, 'Renamed', task))
      const { id } = await data(refund(key, her.invoice, task))
      const undo = door(key, task)
      const both =
        first === 'undo'
          ? await meet(holds.proposal(id), undo, erase(her))
          : (await meet(holds.key(key), erase(her), undo)).reverse()
      expect([both[0].status ?? both[0], both[1]]).toEqual([
        expect.toSatisfy((said) => said === 200 || /^[02] taken back, 0 left/.test(said)),
        true,
      ])
      expect(await proposals(key)).toMatchObject([{ state: 'withdrawn', member_id: null }])
      expect([await traces(her), await promised(her.invoice)]).toEqual(['0', nothing])
    }
  }
})

test('Somebody whom texts of a key name is erased while those are taken back', async () => {
  for (const first of ['undo', 'erase']) {
    const her = await member()
    const key = await agents.makeKey()
    const task = await opens(key)
    const link = { kind: 'link', title: 'A draft', url: 'https://example.org/' }
    const drafts = [
      (await data(asks(key, 'content.create', link))).id,
      (await data(asks(key, 'content.create', link))).id,
    ]
    for (const resource of drafts) {
      const named = { resource, revision: 1, title: `With ${her.name}` }
      await data(asks(key, 'content.update', named, task))
    }
    const said =
      first === 'undo'
        ? await meet(holds.resource(drafts[0]), undoTask(task), erase(her))
        : await meet(erase(her), undoTask(task))
    expect(said).toEqual(
      first === 'undo'
        ? [expect.stringMatching(/^2 taken back, 0 left/), true]
        : [expect.stringMatching(/^0 taken back, 2 left/)],
    )
    const [left] = await agents.sql`
      select count(*)::int as n from private.agent_writes where concat(before, after, undo_note) like ${`%${her.name}%`}`
    expect(left!.n).toBe(0)
  }
})

test('What expired is asked for again while its task is taken back', async () => {
  for (const first of ['ask', 'undo']) {
    const her = await member()
    const key = await agents.makeKey()
    await agents.sql`update private.agent_keys set cancels_a_day = 0 where id = ${key.id}`
    const paid = `sub_${her.customer}`
    await agents.sql`
      insert into public.subscriptions (subscription_id, customer_id, purpose, tier, price_id, currency, status, current_period_end, as_of, as_of_event)
      values (${paid}, ${her.customer}, 'dues', 'monthly', 'price_monthly', 'usd', 'active', now() + interval '9 days', now(), 'created')`
    const cancel = { member: her.id, subscription: paid, when: 'now', reason: 'She moved' }
    const task = await opens(key)
    const { id } = await data(asks(key, 'payments.propose_cancel', cancel, task))
    await agents.sql.begin(async (tx) => {
      await tx`select set_config('commons.proposal', ${id}, true)`
      await tx`update private.agent_proposals set created_at = now() - interval '4 days', expires_at = now() - interval '1 day' where id = ${id}`
    })
    const steps = [asks(key, 'payments.propose_cancel', cancel), undoTask(task)]
    const both = await meet(holds.proposal(id), ...(first === 'ask' ? steps : steps.reverse()))
    const [asked, undone] = first === 'ask' ? both : both.reverse()
    expect([asked.status, undone]).toEqual([
      202,
      expect.stringMatching(first === 'ask' ? /^0 taken back, 1 left/ : /^1 taken back, 0 left/),
    ])
    const states = (await proposals(key)).map(({ state }) => state)
    expect(states).toEqual([first === 'ask' ? 'expired' : 'withdrawn', 'waiting'])
  }
})

test('A key takes back what it asked for while she whom it is about is erased', async () => {
  for (const first of ['withdraw', 'erase']) {
    const her = await member()
    const key = await agents.makeKey()
    const { id } = await data(refund(key, her.invoice))
    const withdraw = asks(key, 'proposals.withdraw', { proposal: id })
    const [one, other] =
      first === 'withdraw'
        ? await meet(holds.proposal(id), withdraw, erase(her))
        : await meet(holds.invoice(her), erase(her), withdraw)
    expect(first === 'withdraw' ? [one.status, other] : [other.status, one]).toEqual([
      first === 'withdraw' ? 200 : 409,
      true,
    ])
    expect(await proposals(key)).toMatchObject([{ state: 'withdrawn', member_id: null }])
    expect([await traces(her), await promised(her.invoice)]).toEqual(['0', nothing])
  }
})

test('Two tasks that changed the same are taken back at the same moment, by one key or by two', async () => {
  for (const many of [1, 2]) {
    for (const order of ['older', 'newer']) {
      const [ada, bea] = [await member(), await member()]
      const one = await agents.makeKey()
      const other = many === 1 ? one : await agents.makeKey()
      const [older, newer] = [await opens(one), await opens(other)]
      for (const her of [ada, bea]) await data(rename(one, her, 'First', older))
      for (const her of [bea, ada]) await data(rename(other, her, 'Second', newer))
      const steps = [undoTask(older), undoTask(newer)]
      const said = await meet(
        holds.profiles(ada, bea),
        ...(order === 'older' ? steps : steps.reverse()),
      )
      // What was changed again since stays, until that is taken back too.
      expect(said.map((each) => each.split(':')[0])).toEqual(
        order === 'older'
          ? ['0 taken back, 2 left', '2 taken back, 0 left']
          : ['2 taken back, 0 left', '2 taken back, 0 left'],
      )
      await undoTask(older)(agents.sql)
      expect([await nameOf(ada), await nameOf(bea)]).toEqual([ada.name, bea.name])
      const noted = await agents.sql`
        select from private.audit_log where action = 'agents.write_undone' and target_id in (${ada.id}, ${bea.id})`
      expect(noted).toHaveLength(4)
    }
  }
})

test('All that a key wrote and one of its tasks are taken back at the same moment, each change once', async () => {
  for (const first of ['all', 'task', 'twice']) {
    const her = await member()
    const key = await agents.makeKey()
    const task = await opens(key)
    await data(rename(key, her, 'Renamed', task))
    await outcome(asks(key, 'members.update', { member: her.id, name: 'Again' })(agents.sql))
    const steps = first === 'twice' ? [undoAll(key), undoAll(key)] : [undoAll(key), undoTask(task)]
    const said = await meet(holds.profiles(her), ...(first === 'task' ? steps.reverse() : steps))
    expect(said).toEqual(
      first === 'task'
        ? [
            expect.stringMatching(/^0 taken back, 1 left/),
            expect.stringMatching(/^2 taken back, 0/),
          ]
        : [
            expect.stringMatching(/^2 taken back, 0/),
            expect.stringMatching(/^0 taken back, 0 left/),
          ],
    )
    expect(await nameOf(her)).toBe(her.name)
  }
})

test('All that a key wrote is taken back while an admin approves one of its proposals: approved, or never done', async () => {
  for (const first of ['approved', 'undone']) {
    const [ada, bea] = [await member(), await member()]
    const key = await keyOf(bea)
    const ids = [
      (await data(refund(key, ada.invoice))).id,
      (await data(refund(key, bea.invoice))).id,
    ].sort()
    const steps = [approve(ids[0]), undoAll(key)]
    const said =
      first === 'approved'
        ? await meet(steps[0]!, steps[1]!)
        : await meet(holds.proposal(ids[1]), steps[1]!, steps[0]!)
    expect(said).toEqual(
      first === 'approved'
        ? [expect.stringMatching(/^1 taken back, 1 left/)]
        : [expect.stringMatching(/^2 taken back, 0 left/), 'PT409 Its agent took it back'],
    )
    const jobs = [...(await promised(ada.invoice)), ...(await promised(bea.invoice))]
    const total = first === 'approved' ? { amount: 6000, jobs: 1 } : nothing[0]
    expect(jobs).toEqual(expect.arrayContaining([total, nothing[0]]))
  }
})

test('A key is revoked while its task is taken back, and both come to an end', async () => {
  const her = await member()
  const key = await agents.makeKey()
  const task = await opens(key)
  const drafted = await data(
    asks(key, 'content.create', { kind: 'link', title: 'A draft', url: 'https://example.org/' }),
  )
  await data(asks(key, 'content.delete', { resource: drafted.id, reason: 'No use' }, task))
  await data(refund(key, her.invoice, task))
  const revoke: Step = (sql) => sql`select admin.revoke_agent_key(${key.name}, 'It leaked')`
  const draft: Step = (sql) => sql`select from public.resources where id = ${drafted.id} for update`
  const [undone, revoked] = await meet(draft, undoTask(task), revoke)
  expect([undone, revoked]).toEqual([expect.stringMatching(/^2 taken back, 0 left/), ''])
  expect(await proposals(key)).toMatchObject([{ state: 'withdrawn' }])
})
