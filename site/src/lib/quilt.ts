const shapes: Record<string, string> = {
  q0: 'M0 0H100A100 100 0 0 1 0 100Z',
  q1: 'M100 0V100A100 100 0 0 1 0 0Z',
  q2: 'M100 100H0A100 100 0 0 1 100 0Z',
  q3: 'M0 100V0A100 100 0 0 1 100 100Z',
  l0: 'M0 0A100 100 0 0 1 100 100A100 100 0 0 1 0 0Z',
  l1: 'M100 0A100 100 0 0 1 0 100A100 100 0 0 1 100 0Z',
  h0: 'M0 50A50 50 0 0 1 100 50Z',
  h1: 'M50 0A50 50 0 0 1 50 100Z',
  h2: 'M0 50A50 50 0 0 0 100 50Z',
  h3: 'M50 0A50 50 0 0 0 50 100Z',
  cc: 'M50 0A50 50 0 0 1 50 100A50 50 0 0 1 50 0Z',
  dd: 'M50 28A22 22 0 0 1 50 72A22 22 0 0 1 50 28Z',
  sq: '',
}

/**
 * The pieces of a quilt, one row a string and one word a piece: ground, shape, colour. `-` is a hole.
 * A letter is a colour: a accent, s sun, l leaf, capital for the soft one, i ink, p paper.
 */
export function quilt(rows: string[]) {
  const cells = rows.flatMap((row, y) =>
    row.split(' ').map((cell, x) => ({
      x,
      y,
      ground: cell[0],
      shape: shapes[cell.slice(1, 3)] ?? '',
      ink: cell[3],
    })),
  )
  const columns = Math.max(...rows.map((row) => row.split(' ').length))
  return { cells, width: columns * 100, height: rows.length * 100 }
}
