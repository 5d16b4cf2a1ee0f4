import { run } from './bootstrap.mjs'

run('scripts/demo/main.ts')
