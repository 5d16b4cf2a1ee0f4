/** Who and when it is in the examples. */

export const ids = {
  any: '3f2a9c64-1b7e-4d52-9c1e-7a5b0c8d4e21',
  change_set: 'a615952f-06ad-4eba-ad93-7f80bbb9dcb8',
  key: '5e7d1b92-9c4a-4f08-8a3d-61b0c2f4e8d7',
  member: '8d0c5e1a-2f7b-4c39-b1d6-4e9a7c20f513',
  proposal: '1c6e9f40-7a2d-4b85-90c3-d5f8a1b27e64',
}

/** When the examples are asked for, when dues were paid before that, and when they are due again. */
export const NOW = '2026-11-21T18:00:00Z'
export const PAID = '2026-11-12T09:30:00Z'
export const DUE = '2026-12-12T09:30:00Z'

/** Text that people wrote, as it is answered. */
export const said = (text: string) => ({ written_by_people: text })
