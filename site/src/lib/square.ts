import { Problem } from './problem.ts'

const side = 640 // pixels: sharp on a person's page, small to send
const heaviest = 30 * 2 ** 20 // bytes; a photograph of a phone has a third of it

/**
 * The middle of a picture as a small square, encoded anew, so that nothing but pixels is left of the file.
 * Throws a Problem at `picture` for what is no picture.
 */
export async function squared(file: Blob): Promise<Blob> {
  const wrong = (message: string) =>
    new Problem(message, { field: 'picture', remedy: 'Choose a photograph as JPEG, PNG or WebP.' })
  if (file.size > heaviest) throw wrong('This file is larger than 30 MB')
  const picture = await createImageBitmap(file, { imageOrientation: 'from-image' }).catch(() => {
    throw wrong('This file cannot be read as a picture')
  })
  const cut = Math.min(picture.width, picture.height)
  const canvas = document.createElement('canvas')
  canvas.width = canvas.height = Math.min(cut, side)
  const pen = canvas.getContext('2d', { alpha: false })
  if (!pen) throw new Error('this browser draws no pictures')
  // Behind what is transparent lies paper.
  pen.fillStyle = '#fff'
  pen.fillRect(0, 0, canvas.width, canvas.height)
  pen.imageSmoothingQuality = 'high'
  const [left, top] = [(picture.width - cut) / 2, (picture.height - cut) / 2]
  pen.drawImage(picture, left, top, cut, cut, 0, 0, canvas.width, canvas.height)
  picture.close()
  // A browser that writes no WebP hands out PNG, which is large for photographs.
  const webp = await encode(canvas, 'image/webp')
  return webp.type === 'image/webp' ? webp : encode(canvas, 'image/jpeg')
}

function encode(canvas: HTMLCanvasElement, type: string): Promise<Blob> {
  return new Promise((resolve, reject) => {
    const done = (blob: Blob | null) =>
      blob ? resolve(blob) : reject(new Error('the picture could not be encoded'))
    canvas.toBlob(done, type, 0.82)
  })
}
