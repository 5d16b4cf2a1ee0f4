import { expect, test } from 'vitest'
import { startSandbox } from '../../../scripts/sandbox/main.ts'

test('every provider runs on one clock, and nothing is left after close', async () => {
  const sandbox = await startSandbox({
    ports: { stripe: 0, mailchimp: 0, vimeo: 0 },
    webhooks: {
      stripe: { url: 'http://127.0.0.1:9/stripe', secret: 'whsec_sandbox' },
      mailchimp: { url: 'http://127.0.0.1:9/mailchimp' },
    },
    siteUrl: 'http://127.0.0.1:4321',
  })
  const { stripe, mailchimp, vimeo, clock } = sandbox
  try {
    const body = JSON.stringify({ advance_by: 86_400 })
    await fetch(`${mailchimp.url}/_sandbox/clock`, { method: 'POST', body })
    const answer = await fetch(`${stripe.url}/_sandbox/clock`).then((response) => response.json())
    expect(new Date(answer.now).getTime()).toBeGreaterThan(Date.now() + 80_000_000)
    expect(
      (await fetch(`${vimeo.url}/_sandbox/clock`).then((answer) => answer.json())).now,
    ).toBeTruthy()
    expect(clock.now().getTime()).toBeGreaterThan(Date.now() + 80_000_000)
  } finally {
    await sandbox.close()
  }
  await expect(fetch(stripe.url)).rejects.toThrow()
  await expect(fetch(mailchimp.url)).rejects.toThrow()
  await expect(fetch(vimeo.url)).rejects.toThrow()
})
