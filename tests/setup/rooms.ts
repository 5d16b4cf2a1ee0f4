import { rmSync } from 'node:fs'
import { makeModel } from '../functions/support/database.ts'

/** Makes the database that the test files of a run begin with copies of, and takes it away afterwards. */
export default async function setup() {
  const folder = await makeModel()
  process.env.COMMONS_ROOMS_MODEL = folder
  return () => rmSync(folder, { recursive: true, force: true })
}
