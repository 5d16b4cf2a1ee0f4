const key = 'commons-role'

export type Role = 'member' | 'leader' | 'admin'

/** Shows the way to the leaders' and admins' pages when this browser last saw one. A hint: the database decides. */
export function showRole(): void {
  const role = localStorage.getItem(key) ?? ''
  document.documentElement.toggleAttribute('data-leads', ['leader', 'admin'].includes(role))
  document.documentElement.toggleAttribute('data-admin', role === 'admin')
}

/** Keeps what the database said about the role of who is signed in. */
export function rememberRole(role: Role): void {
  if (role === 'member') localStorage.removeItem(key)
  else localStorage.setItem(key, role)
  showRole()
}

/** A page for leaders opened: she leads, and may be an admin, which such a page is not told. */
export const rememberLeader = (): void =>
  rememberRole(localStorage.getItem(key) === 'admin' ? 'admin' : 'leader')

/** Part of signing out. */
export const forgetRole = (): void => localStorage.removeItem(key)
