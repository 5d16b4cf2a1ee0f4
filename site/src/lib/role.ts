const key = 'commons-role'

export type Role = 'member' | 'leader' | 'admin'

/** Shows the way to the leaders' pages when this browser last saw a leader. A hint: the database decides. */
export function showRole(): void {
  const leads = ['leader', 'admin'].includes(localStorage.getItem(key) ?? '')
  document.documentElement.toggleAttribute('data-leads', leads)
}

/** Keeps what the database said about the role of who is signed in. */
export function rememberRole(role: Role): void {
  if (role === 'member') localStorage.removeItem(key)
  else localStorage.setItem(key, role)
  showRole()
}

/** Part of signing out. */
export const forgetRole = (): void => localStorage.removeItem(key)
