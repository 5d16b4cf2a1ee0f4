import { besideStack } from './beside-stack.ts'

// Each file with modules of its own: they keep people and connections there, and take them out again at its end.
export default besideStack('doors')
