import { run } from './bootstrap.mjs'

run('tests/bench/main.ts')
