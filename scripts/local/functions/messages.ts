/** What passes between the host and one function's worker. */
export interface RequestMessage {
  type: 'request'
  id: number
  url: string
  method: string
  headers: [string, string][]
  body: Uint8Array<ArrayBuffer> | null
}

export type ToWorker =
  | { type: 'load'; entry: string }
  | RequestMessage
  | { type: 'abort'; id: number }

export type FromWorker =
  | { type: 'loaded' }
  | { type: 'failed'; message: string }
  /** `body` is the whole of it; `undefined` says that chunks follow. */
  | {
      type: 'response'
      id: number
      status: number
      headers: [string, string][]
      body?: Uint8Array<ArrayBuffer> | null
    }
  | { type: 'chunk'; id: number; chunk: Uint8Array<ArrayBuffer> }
  | { type: 'end'; id: number }
  /** A promise given to EdgeRuntime.waitUntil began (1) or ended (-1). */
  | { type: 'background'; change: 1 | -1 }
