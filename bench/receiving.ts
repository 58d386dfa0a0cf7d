import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Received } from './receiver.ts'

const PROGRAM = fileURLToPath(new URL('receiver.ts', import.meta.url))

/** Where documents go: an Elasticsearch stand-in, or a file that is watched. */
export type Place = { readonly kind: 'elasticsearch' } | { readonly kind: 'file'; readonly path: string }

/** A receiver in a process of its own. */
export interface Receiving {
  /** The value under `sinks.out`. */
  readonly sink: object
  received(): Promise<Received>
  /** Latencies count from now on, of lines that are written from now on. */
  measureFromNow(): Promise<void>
  close(): void
}

/** Start a receiver. */
export async function receive(place: Place): Promise<Receiving> {
  const child = fork(PROGRAM, place.kind === 'file' ? ['file', place.path] : ['elasticsearch'])
  const ask = async <T>(message?: object): Promise<T> => {
    const answered = once(child, 'message')
    if (message !== undefined) child.send(message)
    const [answer]: T[] = await answered
    if (answer === undefined) throw new Error('the receiver said nothing')
    return answer
  }
  const { url } = await ask<{ readonly url: string }>()
  return {
    sink: place.kind === 'file' ? fileSink(place.path) : { type: 'elasticsearch', nodes: [url], settleMs: 1_000 },
    received: () => ask<Received>({}),
    measureFromNow: async () => void (await ask<Received>({ fromMs: Date.now() })),
    close: () => child.disconnect(),
  }
}

/** One file for all of it: the receiver does not follow renames. */
function fileSink(path: string): object {
  return { type: 'file', path, rotate: { maxBytes: 1_099_511_627_776 } }
}
