import type { Kind } from './data.ts'

const svg = 'http://www.w3.org/2000/svg'
const shapes = [
  'M0 0H100A100 100 0 0 1 0 100Z',
  'M100 0V100A100 100 0 0 1 0 0Z',
  'M100 100H0A100 100 0 0 1 100 0Z',
  'M0 100V0A100 100 0 0 1 100 100Z',
  'M0 0A100 100 0 0 1 100 100A100 100 0 0 1 0 0Z',
  'M100 0A100 100 0 0 1 0 100A100 100 0 0 1 100 0Z',
  'M50 0A50 50 0 0 1 50 100A50 50 0 0 1 50 0Z',
  'M0 50A50 50 0 0 1 100 50Z',
]
// Ground and ink of the pieces: each kind has its own cloth, with a scrap of another one in it.
const cloths: Record<Kind, string[]> = {
  video: ['Aa', 'aA', 'Aa', 'aA', 'Aa', 'As', 'sa', 'A-'],
  file: ['Ss', 'sS', 'Ss', 'sS', 'Sa', 'Ss', 'Ls', 'S-'],
  link: ['Ll', 'lL', 'Ll', 'lL', 'Ls', 'Ll', 'lA', 'L-'],
}
const columns = 4
const rows = 2

/** Numbers that look random and are the same for the same id. */
function* scatter(id: string): Generator<number, never> {
  let state = 2166136261
  for (const letter of id) state = Math.imul(state ^ letter.charCodeAt(0), 16777619)
  for (;;) {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    yield state >>> 0
  }
}

/** A piece of the quilt that stands for one resource. Nothing is fetched from anywhere for it. */
export function poster(id: string, kind: Kind): SVGSVGElement {
  const drawing = document.createElementNS(svg, 'svg')
  drawing.setAttribute('viewBox', `0 0 ${columns * 100} ${rows * 100}`)
  drawing.setAttribute('preserveAspectRatio', 'xMidYMid slice')
  drawing.setAttribute('class', 'poster')
  drawing.setAttribute('aria-hidden', 'true')
  drawing.setAttribute('focusable', 'false')
  const chance = scatter(id + kind)
  const pick = <Item>(from: readonly Item[]) => from[chance.next().value % from.length] as Item
  for (let place = 0; place < columns * rows; place++) {
    const [ground = '', ink = ''] = pick(cloths[kind])
    const at = `translate(${(place % columns) * 100} ${Math.floor(place / columns) * 100})`
    const square = document.createElementNS(svg, 'rect')
    // A little over the edge, so that no hair of the paper shows between two pieces.
    square.setAttribute('width', '100.6')
    square.setAttribute('height', '100.6')
    add(drawing, square, at, ground)
    if (ink === '-') continue
    const piece = document.createElementNS(svg, 'path')
    piece.setAttribute('d', pick(shapes))
    add(drawing, piece, at, ink)
  }
  return drawing
}

function add(drawing: SVGElement, part: SVGElement, at: string, colour: string): void {
  part.setAttribute('transform', at)
  part.setAttribute('class', `c-${colour}`)
  drawing.append(part)
}
