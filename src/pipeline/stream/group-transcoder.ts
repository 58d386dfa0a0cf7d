import { MAX_LINES } from '../../ingest/envelope/enveloped-line.ts'
import { messageKey, positionOf } from '../../ingest/envelope/line-id.ts'
import type { Message as GroupMessage, Partition } from '../../ingest/kafka/group.ts'
import type { Segment } from '../../sinks/batch.ts'
import type { Message, MessageTranscoder } from '../transcode-messages.ts'
import type { TranscodeMessages } from './group-intake.ts'

const NOTHING = Buffer.alloc(0)

/** Makes what transcodes the messages of a group; `onBroken`: messages that are not what the envelope says. */
export function groupTranscoder(
  transcoder: MessageTranscoder,
  onBroken: (partition: Partition, offset: number, expected: string) => void,
): TranscodeMessages {
  return ({ partition, messages }) => {
    const held = messages.filter(({ value }) => value !== undefined) // a tombstone holds nothing
    const { segments, broken } = transcoder.transcode(held.map((message) => messageOf(partition, message)))
    for (const { index, expected } of broken) onBroken(partition, held[index]?.offset ?? 0, expected)
    const base = held[0]?.offset ?? 0
    // What comes by way of a topic is seconds old, and to wait would hold up all partitions: nothing waits for names here.
    return segments.map((segment) => withOffsets(segment, base))
  }
}

function messageOf(
  { topic, partition }: Partition,
  { value, json, headers, offset, timeMs, key }: GroupMessage,
): Message {
  let known: string | undefined
  return {
    bytes: value ?? NOTHING,
    json,
    headers,
    get key() {
      return (known ??= messageKey(topic, partition, timeMs)) // a hash, and what is passed on does not need it
    },
    position: positionOf(offset, 0),
    idOf: undefined,
    route: key === undefined ? undefined : { key: key.toString(), timeMs },
  }
}

/** Offsets of messages in place of positions of lines, which begin again after 2^34 messages. */
function withOffsets(segment: Segment, base: number): Segment {
  const first = Math.floor(positionOf(base, 0) / MAX_LINES)
  const offsets = segment.offsets.map((position) => {
    const behind = Math.floor(position / MAX_LINES) - first
    return base + (behind < 0 ? behind + 2 ** 34 : behind)
  })
  return { ...segment, offsets }
}
