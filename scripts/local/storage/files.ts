import { createReadStream } from 'node:fs'
import { copyFile, mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'

/**
 * The bytes of stored files. A file lies under its version, an id that we made, never under a name that somebody
 * chose: so no name can lead out of the folder, and a file is written whole before its row says so.
 */
export function createFiles(folder: string) {
  const place = (version: string) => join(folder, version)
  return {
    async write(bytes: Uint8Array): Promise<string> {
      const version = crypto.randomUUID()
      await mkdir(folder, { recursive: true })
      await writeFile(place(version), bytes)
      return version
    },
    async copy(from: string): Promise<string> {
      const version = crypto.randomUUID()
      await copyFile(place(from), place(version))
      return version
    },
    read(version: string, range?: { start: number; end: number }): ReadableStream {
      return Readable.toWeb(createReadStream(place(version), range)) as ReadableStream
    },
    async remove(versions: (string | null | undefined)[]): Promise<void> {
      for (const version of versions) if (version) await rm(place(version), { force: true })
    },
  }
}

export type Files = ReturnType<typeof createFiles>
