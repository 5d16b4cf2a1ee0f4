import { gzipSync } from 'node:zlib'
import type { Page, Response } from 'playwright-core'

export interface Weight {
  /** Compressed bytes of the document and its styles. */
  html: number
  /** Compressed bytes of every script that the browser fetched, dynamic imports included. */
  js: number
}

/** Weighs what a browser loads, from now on; ask when the page has settled. */
export function weigh(page: Page): () => Promise<Weight> {
  const answers: { kind: keyof Weight; response: Response }[] = []
  page.on('response', (response) => {
    const kind = response.request().resourceType()
    if (kind === 'document' || kind === 'stylesheet') answers.push({ kind: 'html', response })
    if (kind === 'script') answers.push({ kind: 'js', response })
  })
  return async () => {
    const weight: Weight = { html: 0, js: 0 }
    for (const { kind, response } of answers)
      weight[kind] += gzipSync(await response.body()).byteLength
    return weight
  }
}
