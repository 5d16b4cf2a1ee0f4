import { one } from './forms.ts'

/** One field that two people changed, in words. */
export interface Contested<Field> {
  field: Field
  name: string
  mine: string
  theirs: string
}

/**
 * Shows both versions of each field that two people changed, in Contest.astro. Hers stay chosen until she takes the
 * other. settled: the fields of which she took the other's version.
 */
export function showContest<Field extends string>(
  said: string,
  contested: Contested<Field>[],
  settled: (taken: Field[]) => void,
): void {
  const place = one('[data-contest]')
  one('[data-contest-who]').textContent = said
  one('[data-contested]').replaceChildren(
    ...contested.map(({ field, name, mine, theirs }) => {
      const part = one<HTMLTemplateElement>('#contested').content.cloneNode(
        true,
      ) as DocumentFragment
      one('[data-field]', part).textContent = name
      one('[data-mine]', part).textContent = mine
      one('[data-theirs]', part).textContent = theirs
      for (const radio of part.querySelectorAll<HTMLInputElement>('input')) {
        radio.name = `contested-${field}`
        radio.checked = radio.value === 'mine'
      }
      return part
    }),
  )
  one('[data-settle]').onclick = () => {
    place.hidden = true
    settled(
      contested
        .map(({ field }) => field)
        .filter(
          (field) =>
            one<HTMLInputElement>(`[name="contested-${field}"]:checked`, place).value === 'theirs',
        ),
    )
  }
  place.hidden = false
  place.focus()
  place.scrollIntoView({ block: 'start' })
}
