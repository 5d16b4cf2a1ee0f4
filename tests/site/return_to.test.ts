import { expect, test } from 'vitest'
import { ownPath } from '../../site/src/lib/return_to.ts'

const origin = 'https://community.example'

test('a path of this site is kept with its search and its fragment', () => {
  expect(ownPath('/directory/?search=ada#more', origin)).toBe('/directory/?search=ada#more')
})

test.each([
  ['nothing', null],
  ['an empty text', ''],
  ['another origin', 'https://evil.example/'],
  ['two slashes', '//evil.example/'],
  ['two slashes after dots', '/..//evil.example/'],
  ['a backslash', '/\\evil.example/'],
  ['a tab between slashes', '/\t/evil.example/'],
  ['a script', 'javascript:alert(1)'],
  ['a script after a space', ' javascript:alert(1)'],
  ['two encoded slashes that a second reading would make real', '/%2f%2fevil.example/'],
  ['an encoded backslash', '/%5cevil.example/'],
  ['slashes encoded twice', '/%252f%252fevil.example/'],
  ['a relative path', 'directory'],
  ['the sign-in page itself', '/sign-in/?next=/account/'],
  ['the landing of the mailed link', '/auth/confirm/'],
])('%s becomes the home page', (_what, asked) => {
  expect(ownPath(asked, origin)).toBe('/home/')
})
