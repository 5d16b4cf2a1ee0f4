import { run } from './bootstrap.mjs'

run('scripts/check.ts')
