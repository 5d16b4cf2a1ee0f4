/**
 * Reads from the Data API as a visitor while the site is built. Undefined when no project is configured;
 * throws when one is but does not answer, so that no page is built from half of the truth.
 */
export function reader(url: string | undefined, key: string | undefined) {
  if (!url || !key) return undefined
  return async <Row>(path: string): Promise<Row[]> => {
    const response = await fetch(`${url}/rest/v1/${path}`, { headers: { apikey: key } })
    if (!response.ok)
      throw new Error(`${path} answered ${response.status}: ${await response.text()}`)
    return response.json()
  }
}
