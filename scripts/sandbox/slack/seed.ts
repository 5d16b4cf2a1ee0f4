import { addChannel, addPerson, findPerson, type Workspace } from './state.ts'

/**
 * The people of supabase/seed.sql as far as they are in the workspace: most are, Bea and every fifth of the others
 * never came, Cyn stayed when her membership ended, one is a guest and one is deactivated. Nobody is told.
 */
export function seedWorkspace(workspace: Workspace): void {
  for (const [name, realName] of [
    ['ada', 'Ada Park'],
    ['cyn', 'Cyn Moreau'],
    ['dot', 'Dot Adeyemi'],
    ['lea', 'Lea Novak'],
    ['kim', 'Kim Tran'],
  ] as const) {
    addPerson(workspace, { email: `${name}@example.org`, name, realName })
  }
  for (let number = 1; number <= 40; number += 1) {
    if (number % 5 === 0) continue
    addPerson(workspace, {
      email: `demo${String(number).padStart(2, '0')}@example.org`,
      isRestricted: number === 4,
      deleted: number === 8,
    })
  }
  addPerson(workspace, { email: 'visitor@elsewhere.example', realName: 'A visitor' })
  const there = ['ada', 'cyn', 'lea', 'kim'].map(
    (name) => findPerson(workspace, `${name}@example.org`)?.id ?? '',
  )
  addChannel(workspace, {
    id: workspace.nextId('C'),
    name: 'members-only',
    kind: 'private',
    members: [workspace.app.id, ...there],
  })
  // Kim decides here about what agents ask for; Lea, who leads, may look on.
  const admins = ['kim', 'lea'].map(
    (name) => findPerson(workspace, `${name}@example.org`)?.id ?? '',
  )
  addChannel(workspace, {
    id: 'C0APPROVALS',
    name: 'approvals',
    kind: 'private',
    members: [workspace.app.id, ...admins],
  })
}
