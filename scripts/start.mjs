import { run } from './bootstrap.mjs'

run('scripts/local/main.ts')
