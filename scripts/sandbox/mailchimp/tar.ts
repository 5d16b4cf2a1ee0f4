/** A tar archive (ustar) of text files; what batch results are packed in. `mtime` in seconds. */
export function tar(files: readonly { name: string; text: string }[], mtime: number): Buffer {
  const blocks: Buffer[] = []
  for (const { name, text } of files) {
    const body = Buffer.from(text)
    blocks.push(
      header(name, body.length, mtime),
      body,
      Buffer.alloc((512 - (body.length % 512)) % 512),
    )
  }
  // Two empty blocks end an archive.
  return Buffer.concat([...blocks, Buffer.alloc(1024)])
}

function header(name: string, size: number, mtime: number): Buffer {
  const block = Buffer.alloc(512)
  const octal = (value: number, width: number) => `${value.toString(8).padStart(width - 1, '0')}\0`
  block.write(name, 0, 100)
  block.write(octal(0o644, 8), 100)
  block.write(octal(0, 8), 108)
  block.write(octal(0, 8), 116)
  block.write(octal(size, 12), 124)
  block.write(octal(mtime, 12), 136)
  // The checksum is counted with spaces in its own place.
  block.write(' '.repeat(8), 148)
  block.write('0', 156)
  block.write('ustar\0' + '00', 257)
  const sum = block.reduce((total, byte) => total + byte, 0)
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  return block
}
