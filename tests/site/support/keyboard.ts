import type { Page } from 'playwright-core'
import { expect } from 'vitest'

/** What the focus is on, as somebody sees and hears it. */
interface Stop {
  /** Its role and name, such as `link Join`, `textbox Place`. */
  words: string
  /** The stop before this one, when nothing showed that the focus was there. */
  unmarked: string | null
  /** Whether all of it can be seen, at least its beginning. */
  isInView: boolean
}

/** Where the focus is; null when it is nowhere. */
function stop(page: Page): Promise<Stop | null> {
  return page.evaluate(() => {
    const one = document.activeElement as HTMLElement | null
    if (!one || one === document.body) return null
    const roles: Record<string, string> = { a: 'link', textarea: 'textbox', select: 'listbox' }
    const type = one.getAttribute('type') ?? 'text'
    const kind = /^(radio|checkbox|button|submit|file)$/.test(type) ? type : 'textbox'
    const role =
      one.getAttribute('role') ??
      (one.localName === 'input' ? kind : (roles[one.localName] ?? one.localName))
    const text = (ids: string | null) =>
      ids
        ?.split(' ')
        .map((id) => document.getElementById(id)?.textContent ?? '')
        .join(' ')
    const labels = [...((one as HTMLInputElement).labels ?? [])].map((label) => label.textContent)
    const name =
      one.getAttribute('aria-label') ||
      text(one.getAttribute('aria-labelledby')) ||
      labels.join(' ') ||
      one.textContent

    // The mark may be on a label that stands for a hidden button, on the card around a link, or be drawn by either.
    const around: Element[] = [one, one.closest('label'), one.nextElementSibling].filter(
      (each) => each !== null,
    )
    for (let up = one.parentElement; up && around.length < 7; up = up.parentElement) around.push(up)
    const looks = (each: Element) =>
      ['', '::before', '::after']
        .map((part) => {
          const style = getComputedStyle(each, part || null)
          return [
            style.outline,
            style.boxShadow,
            style.borderColor,
            style.backgroundColor,
            style.textDecoration,
          ].join()
        })
        .join()
    for (const motion of document.getAnimations()) {
      if (motion.effect?.getTiming().iterations !== Number.POSITIVE_INFINITY) motion.finish()
    }
    // What the focus has left must look different from how it looked with it.
    const memory = window as typeof window & {
      left?: { around: Element[]; focused: string[]; words: string }
    }
    const left = memory.left
    const unmarked =
      left &&
      left.around[0] !== one &&
      left.around.every((each, at) => looks(each) === left.focused[at])
    const words = `${role} ${(name ?? '').replace(/\s+/g, ' ').trim()}`
    memory.left = { around, focused: around.map(looks), words }
    const box = one.getBoundingClientRect()
    return {
      words,
      unmarked: unmarked ? left.words : null,
      isInView: box.top < innerHeight && box.bottom > 0 && box.left < innerWidth && box.right > 0,
    }
  })
}

/** A page that is used without a mouse. Every stop on the way must be marked, named and in view. */
export function keyboard(page: Page) {
  const way: string[] = []
  return {
    /** The stops so far. */
    way,
    /** Goes on with Tab until the focus is on this; fails when it never gets there. */
    async tabTo(wanted: RegExp, { back = false, most = 80 } = {}): Promise<void> {
      const passed: string[] = []
      for (let count = 0; count <= most; count++) {
        const here = await stop(page)
        if (here && wanted.test(here.words)) return
        await page.keyboard.press(back ? 'Shift+Tab' : 'Tab')
        const next = await stop(page)
        if (!next) continue
        passed.push(next.words)
        way.push(next.words)
        expect(next.words, 'has a name').toMatch(/^\S+ \S/)
        expect(next, 'one sees where the focus is').toMatchObject({
          unmarked: null,
          isInView: true,
        })
      }
      throw new Error(`${wanted} cannot be reached: ${passed.join(' · ')}`)
    },
    /** What the focus is on now. */
    here: async (): Promise<string> => (await stop(page))?.words ?? 'nowhere',
    press: (key: string) => page.keyboard.press(key),
    type: (text: string) => page.keyboard.type(text),
    /** Empties the field that has the focus, then types. */
    async write(text: string): Promise<void> {
      await page.keyboard.press('ControlOrMeta+A')
      await page.keyboard.type(text)
    },
    /**
     * What assistive technology is told without the focus moving: the live regions that say something. What is said in
     * passing may have gone again, or still stand there from before: toast() hears each of it once.
     */
    told: () =>
      page.evaluate(() =>
        [...document.querySelectorAll<HTMLElement>('[role=alert], [role=status], [aria-live]')]
          .filter((one) => one.id !== 'toast' && one.checkVisibility())
          .map((one) => (one.textContent ?? '').replace(/\s+/g, ' ').trim())
          .filter((words) => words !== ''),
      ),
  }
}
