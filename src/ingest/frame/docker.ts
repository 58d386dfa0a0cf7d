import type { Framed } from './framed.ts'

/**
 * Read `{"log":"content\n","stream":"stdout","time":"..."}`, Docker's json-file driver; false when it is not that.
 *
 * A `log` without its final newline goes on in the next object of the same stream: Docker cuts at 16 KiB.
 * Exports of other shippers look alike: `message` is taken for `log`, and they never split lines.
 * Source: moby daemon/logger/jsonfilelog/jsonlog/jsonlog.go, daemon/logger/copier.go.
 */
export function readDocker(text: string, framed: Framed): boolean {
  const object = objectOf(text)
  if (object === undefined) return false
  const { log, message, stream, time } = object
  const content = typeof log === 'string' ? log : message
  if (typeof content !== 'string' || !isWrapper(object, typeof log === 'string')) return false
  const hasEnd = content.endsWith('\n')
  framed.text = hasEnd ? content.slice(0, -1) : content
  framed.isPartial = !hasEnd && typeof log === 'string' && typeof time === 'string'
  framed.time = typeof time === 'string' && !Number.isNaN(Date.parse(time)) ? time : undefined
  framed.stream = stream === 'stdout' || stream === 'stderr' ? stream : ''
  return true
}

/** A diagnostic of ztunnel or Envoy has a `message` too, but also a level. */
function isWrapper(object: Readonly<Record<string, unknown>>, hasLog: boolean): boolean {
  if (object['response_code'] !== undefined || object['start_time'] !== undefined) return false
  return hasLog || (object['level'] === undefined && object['scope'] === undefined)
}

function objectOf(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    // Called for texts that begin with a brace, or whose frame is one: JSON.parse gives an object or fails.
    const object: Readonly<Record<string, unknown>> | null = JSON.parse(text)
    return object ?? undefined
  } catch {
    return undefined
  }
}
