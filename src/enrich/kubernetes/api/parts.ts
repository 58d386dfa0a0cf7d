import type { Readable } from 'node:stream'
import { Breath } from '../../breath.ts'
import { ApiFailure } from './api-failure.ts'
import type { Part, Splitter } from './splitter.ts'
import { MalformedBytes } from './wire.ts'

/**
 * The parts of a body as they become whole, so many at a time as came together.
 * @throws ApiFailure where the body is cut, is none of its kind, or has no whole part within `idleMs`; ending early closes
 * the connection.
 */
export async function* partsOf(body: Readable, splitter: Splitter, idleMs: number): AsyncGenerator<readonly Part[]> {
  const silence = new ApiFailure('silent', `nothing whole came for ${idleMs} ms`)
  const timer = setTimeout(() => body.destroy(silence), idleMs)
  try {
    const breath = new Breath()
    for await (const chunk of body) {
      if (!(chunk instanceof Buffer)) continue
      const parts = pushed(splitter, chunk)
      if (parts.length > 0) timer.refresh()
      yield parts
      if (breath.isDue) await breath.take()
    }
    if (!splitter.isWhole()) throw new ApiFailure('cut', 'the answer was cut')
  } finally {
    clearTimeout(timer)
  }
}

function pushed(splitter: Splitter, chunk: Buffer): readonly Part[] {
  try {
    return splitter.push(chunk)
  } catch (error) {
    if (error instanceof MalformedBytes)
      throw new ApiFailure('malformed', `the answer cannot be read: ${error.message}`)
    throw error
  }
}
