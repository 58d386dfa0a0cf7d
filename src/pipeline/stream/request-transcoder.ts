import { MAX_LINES } from '../../ingest/envelope/enveloped-line.ts'
import { contentIds, keyedIds, positionOf } from '../../ingest/envelope/line-id.ts'
import type { LinesRequest } from '../../ingest/http/server.ts'
import type { Message, MessageTranscoder } from '../transcode-messages.ts'
import type { TranscodeRequest } from './request-intake.ts'

/** In the place of a file's key; ids do not need it. */
const NO_KEY = 'http'

/** Makes what transcodes the lines of requests; `onBroken`: how many messages are not what the envelope says. */
export function requestTranscoder(
  transcoder: MessageTranscoder,
  onBroken: (count: number, expected: string) => void,
): TranscodeRequest {
  return (request) => {
    const { segments, broken, misses } = transcoder.transcode(messagesOf(request))
    if (broken[0] !== undefined) onBroken(broken.length, broken[0].expected)
    return { segments, misses }
  }
}

function messagesOf({ messages, key }: LinesRequest): readonly Message[] {
  const idOf = key === undefined ? contentIds() : keyedIds(key)
  return messages.map(
    (bytes, number): Message => ({
      bytes,
      headers: {},
      key: NO_KEY,
      position: positionOf(number, 0),
      idOf: (line, index) => idOf(line, number * MAX_LINES + index),
      route: undefined,
    }),
  )
}
