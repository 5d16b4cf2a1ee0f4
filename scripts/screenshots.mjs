import { run } from './bootstrap.mjs'

run('scripts/screenshots.ts')
