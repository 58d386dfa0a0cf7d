import { hash } from 'node:crypto'
import { MAX_LINES, type EnvelopedLine } from './enveloped-line.ts'

const KEY_BYTES = 8
const ID_BYTES = 14
/** An id has 48 bits for a position: 34 for the message and 14 for the line in it. */
const OFFSETS = 2 ** 34
const EVENT_ID = /^[\w-]{19}$/

/** Whether a text can be the id of a line: what `eventIds` gives (src/ingest/event-id.ts). */
export function isEventId(text: string): boolean {
  return EVENT_ID.test(text)
}

/**
 * What stands in the place of a file's key for the lines of one message of Kafka: 11 characters, the same whenever it
 * is read again. The time is that of the record in the log: a topic that was deleted and made again counts its offsets
 * from 0 again, and its lines must not be taken for those of the old one.
 */
export function messageKey(topic: string, partition: number, timestampMs: number): string {
  return hash('sha256', `kafka\0${topic}\0${partition}\0${timestampMs}`, 'buffer')
    .subarray(0, KEY_BYTES)
    .toString('base64url')
}

/** What stands in the place of a line's offset in a file. Beyond 2^34 messages of a partition the key tells them apart. */
export function positionOf(offset: number, indexInMessage: number): number {
  return (offset % OFFSETS) * MAX_LINES + indexInMessage
}

/**
 * Ids of the lines of one request that carries a key: a hash of the key, the place of the line in the request, and what
 * it says. The same key comes with the same body; where a client breaks that, its lines still are not taken for others.
 */
export function keyedIds(idempotencyKey: string): (line: EnvelopedLine, place: number) => string {
  return (line, place) => idOf(`key\0${idempotencyKey}\0${place}\0${contentOf(line)}`)
}

/**
 * Ids of the lines of one request that carries no key, made of what they say and how often the request said it before:
 * text, time, pod, container, file and offset. A request that is sent again, in one piece or cut differently, gives the
 * same ids. Equal lines in one request differ; a line in another request that equals one in all of that counts as sent
 * again, so times should have all their digits.
 */
export function contentIds(): (line: EnvelopedLine) => string {
  const seen = new Map<string, number>()
  return (line) => {
    const content = contentOf(line)
    const id = idOf(content)
    const count = seen.get(id) ?? 0
    seen.set(id, count + 1)
    return count === 0 ? id : idOf(`${count}\0${content}`)
  }
}

function contentOf({ text, time, stream, reporter, path, offsetBytes }: EnvelopedLine): string {
  const { namespace, podName, podUid, containerName } = reporter ?? {}
  return JSON.stringify([text, time, stream, namespace, podName, podUid, containerName, path, offsetBytes])
}

/** 112 bits in the alphabet and length of every other id. */
function idOf(content: string): string {
  return hash('sha256', content, 'buffer').subarray(0, ID_BYTES).toString('base64url')
}
