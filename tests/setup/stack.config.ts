import { besideStack } from './beside-stack.ts'

// None of these files leaves anything in a module that another would trip over; loading them once is cheaper.
export default besideStack('stack', { isolate: false })
