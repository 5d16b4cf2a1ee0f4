import { expect, test } from 'vitest'
import { sandboxSecrets } from '../../../scripts/local/environment.ts'
import { startSandbox, webhooksTo } from '../../../scripts/sandbox/main.ts'

test('every provider runs on one clock, and nothing is left after close', async () => {
  const sandbox = await startSandbox({
    ports: { stripe: 0, mailchimp: 0, vimeo: 0, luma: 0, slack: 0, resend: 0 },
    webhooks: webhooksTo('http://127.0.0.1:9', sandboxSecrets),
    siteUrl: 'http://127.0.0.1:4321',
  })
  const { clock, close: _close, ...providers } = sandbox
  const { stripe, mailchimp } = providers
  try {
    const body = JSON.stringify({ advance_by: 86_400 })
    await fetch(`${mailchimp.url}/_sandbox/clock`, { method: 'POST', body })
    const answer = await fetch(`${stripe.url}/_sandbox/clock`).then((response) => response.json())
    expect(new Date(answer.now).getTime()).toBeGreaterThan(Date.now() + 80_000_000)
    for (const { url } of Object.values(providers)) {
      const its = await fetch(`${url}/_sandbox/clock`).then((reply) => reply.json())
      expect(new Date(its.now).getTime()).toBeGreaterThan(Date.now() + 80_000_000)
    }
    expect(clock.now().getTime()).toBeGreaterThan(Date.now() + 80_000_000)
  } finally {
    await sandbox.close()
  }
  for (const { url } of Object.values(providers)) await expect(fetch(url)).rejects.toThrow()
})
