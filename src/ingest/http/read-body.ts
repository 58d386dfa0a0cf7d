import type { IncomingMessage } from 'node:http'
import type { Transform } from 'node:stream'
import { finished } from 'node:stream/promises'
import { createGunzip, createInflate, createZstdDecompress } from 'node:zlib'

/** The whole body, unpacked, or why there is none. */
export type ReceivedBody =
  | { readonly kind: 'body'; readonly bytes: Buffer }
  /** `full`: `mayGrow` said no. `gone`: the client hung up. */
  | { readonly kind: 'too_large' | 'full' | 'broken' | 'gone' }

/** What bounds a body. */
export interface BodyLimits {
  /** Unpacked. */
  readonly maxBytes: number
  /** Told of each piece; whether there is memory for it. */
  readonly mayGrow: (bytes: number) => boolean
}

/** A stream of node:zlib. */
interface Unpacker extends Transform {
  /** So much of what came in it has used. */
  readonly bytesWritten: number
}

const UNPACKERS: Readonly<Record<string, () => Unpacker>> = {
  gzip: createGunzip,
  deflate: createInflate,
  zstd: createZstdDecompress,
}

/** What `content-encoding` may be; without one a body is not packed. */
export const ENCODINGS: readonly string[] = ['identity', ...Object.keys(UNPACKERS)]

/** Read a body to its end, or to where it is too much: what is left of it then is passed over. Never rejects. */
export async function readBody(request: IncomingMessage, encoding: string, limits: BodyLimits): Promise<ReceivedBody> {
  const unpacker = UNPACKERS[encoding]?.()
  if (unpacker === undefined) return collect(request, limits, request)
  let packedBytes = 0
  request.on('data', (piece: Buffer) => {
    packedBytes += piece.length
  })
  request.once('error', (error) => unpacker.destroy(error))
  request.pipe(unpacker)
  const received = await collect(unpacker, limits, request)
  request.unpipe(unpacker)
  unpacker.on('error', () => {}) // of what was passed over
  unpacker.destroy()
  request.resume()
  if (received.kind !== 'body') return received
  // Where a second body is packed behind the first, zlib ends with the first.
  await finished(request, { writable: false }).catch(() => {})
  return packedBytes > unpacker.bytesWritten ? { kind: 'broken' } : received
}

async function collect(
  pieces: IncomingMessage | Transform,
  { maxBytes, mayGrow }: BodyLimits,
  request: IncomingMessage,
): Promise<ReceivedBody> {
  const parts: Buffer[] = []
  let length = 0
  try {
    // The answer goes through the same socket.
    for await (const piece of pieces.iterator({ destroyOnReturn: false })) {
      const part = Buffer.from(piece)
      length += part.length
      if (length > maxBytes) return { kind: 'too_large' }
      if (!mayGrow(part.length)) return { kind: 'full' }
      parts.push(part)
    }
    return { kind: 'body', bytes: Buffer.concat(parts, length) }
  } catch {
    return { kind: request.complete || !request.destroyed ? 'broken' : 'gone' }
  }
}
