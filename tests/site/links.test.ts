import { describe, expect, test } from 'vitest'
import { httpsOf, linkWords, safeLink } from '../../site/src/lib/links.ts'

describe('a link that a member wrote', () => {
  test.each([
    ['https://example.org/about', 'https://example.org/about'],
    ['https://example.org', 'https://example.org/'],
    ['HTTPS://Example.ORG/About?a=1#b', 'https://example.org/About?a=1#b'],
    ['https://пример.example/', 'https://xn--e1afmkfd.example/'],
  ])('opens when it is a page on the web: %s', (written, opened) => {
    expect(safeLink(written)).toBe(opened)
  })

  test.each([
    'javascript:alert(1)',
    'JaVaScRiPt://example.org/%0aalert(1)',
    ' javascript:alert(1)',
    'java\nscript:alert(1)',
    'data:text/html,<script>alert(1)</script>',
    'vbscript:msgbox(1)',
    'blob:https://example.org/1',
    'file:///etc/passwd',
    'http://example.org/',
    'mailto:ada@example.org',
    'https://paypal.com@evil.example/',
    'https://user:secret@example.org/',
    'https://localhost/',
    '//example.org/',
    '/account/',
    'example.org',
    '',
    null,
    undefined,
  ])('does not open otherwise: %s', (written) => {
    expect(safeLink(written)).toBeNull()
  })

  test.each([
    ['example.org/a', 'https://example.org/a'],
    [' http://example.org ', 'https://example.org'],
    ['https://example.org', 'https://example.org'],
    ['javascript:alert(1)', 'javascript:alert(1)'],
    ['  ', ''],
  ])('gets its https when it is typed without: %s', (typed, kept) => {
    expect(httpsOf(typed)).toBe(kept)
  })

  test('is read without what nobody reads', () => {
    expect(linkWords('https://www.example.org/about/')).toBe('example.org/about')
    expect(linkWords('https://example.org/')).toBe('example.org')
    expect(linkWords(`https://example.org/${'a'.repeat(90)}`)).toHaveLength(48)
  })
})
