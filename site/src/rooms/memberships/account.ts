import { startDialog } from '../../lib/dialog.ts'
import { one } from '../../lib/forms.ts'
import { rememberRole } from '../../lib/role.ts'
import { fail, noMember, openRoom, show } from '../../lib/room.ts'
import { catchUp, startBilling } from './billing.ts'
import { fillCard } from './card.ts'
import { type MyMembership, readMembership } from './data.ts'
import { donationRow, receiptRow, tierRow } from './rows.ts'
import { inSlack, leaving } from './words.ts'

const live = ['active', 'trialing', 'past_due']

let mine: MyMembership | null = null
/** What the page shows, as it was read. */
let drawn = ''

/** The membership page: what I have and paid, and the ways to change, mend, end and take it up again. */
export function startAccount(): void {
  startBilling()
  const dialog = startDialog('leaving')
  one('#leave').addEventListener('click', dialog.open)
  // Coming back from the billing page by the browser's back button shows what changed there.
  addEventListener('pageshow', ({ persisted }) => {
    if (persisted) void refresh().catch(fail)
  })
  openRoom(async () => {
    await refresh()
    void catchUp(refresh, known)
  })
}

/** What the billing page can change. */
const known = () => JSON.stringify([mine?.membership, mine?.notice, mine?.dues, mine?.monthly_gift])

async function refresh(): Promise<void> {
  mine = await readMembership()
  if (!mine) return noMember()
  // The same once more is not drawn again: whoever stands on one of its buttons keeps her place.
  const read = JSON.stringify(mine)
  if (read === drawn) return
  drawn = read
  rememberRole(mine.member.role)
  const { membership, receipts, donations } = mine
  fillCard(mine)
  one('[data-email]').textContent = mine.email
  one('[data-slack]').hidden = !mine.slack
  one('[data-slack-words]').textContent = mine.slack ? inSlack(mine.slack) : ''
  const running = membership !== null && live.includes(membership.status)
  const customer = membership !== null || receipts.length > 0 || donations.length > 0
  one('[data-manage]').hidden = !customer
  one('[data-gift]').hidden = !mine.monthly_gift
  one('[data-gift-goes-on]').hidden = !mine.monthly_gift
  tiers(mine, running)
  fillList('receipts', receipts.map(receiptRow))
  one('[data-no-receipts]').hidden = receipts.length > 0
  fillList('donations', donations.map(donationRow))
  one('[data-donations-part]').hidden = donations.length === 0
  one('[data-leave]').hidden = !running || membership.cancel_at_period_end
  one('[data-leaving]').textContent = running ? leaving(membership) : ''
  show('ready')
}

function fillList(name: string, rows: Node[]): void {
  const list = one(`[data-${name}]`)
  list.replaceChildren(...rows)
  list.hidden = rows.length === 0
}

/** The tiers to change to, while there is something to change. A failing payment is mended first. */
function tiers({ tiers: offered, membership }: MyMembership, running: boolean): void {
  const changeable =
    running && !membership?.cancel_at_period_end && membership?.status !== 'past_due'
  one('[data-tiers]').hidden = !changeable
  if (!changeable) return
  fillList(
    'tier-list',
    offered.filter(({ price }) => price).map((tier) => tierRow(tier, membership?.tier)),
  )
  startBilling(one('[data-tier-list]'))
}
