/**
 * So many readers of a resolver, without an index: `fork`ed by `bench/resolver.ts`, which tells it where. Each takes its
 * snapshot, coming again as it is told to, and then whatever comes. The end of a snapshot is not packed, so it is seen
 * without unpacking.
 */
import { get, type IncomingMessage } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'

const [url = '', count = '0'] = process.argv.slice(2)
const END = Buffer.from('"type":"end"')
const startMs = performance.now()
let bytes = 0
let refused = 0
let lost = 0
const waits: number[] = []

await Promise.all(Array.from({ length: Number(count) }, readOne))
process.send?.({ waits, bytes, refused, lost })
process.on('message', () => process.exit(0))

/** Resolves when it has a snapshot; the stream goes on. */
async function readOne(): Promise<void> {
  for (;;) {
    const response = await ask()
    if (response.statusCode === 200) {
      await endOfSnapshot(response)
      waits.push(performance.now() - startMs)
      return
    }
    refused += 1
    response.resume()
    await sleep(Number(response.headers['retry-after'] ?? 1) * 1_000 * (1 + Math.random()))
  }
}

function ask(): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    get(`${url}/v1/stream?schema=1`, { agent: false }, resolve).on('error', reject)
  })
}

function endOfSnapshot(response: IncomingMessage): Promise<void> {
  return new Promise((resolve, reject) => {
    let tail: Buffer = Buffer.alloc(0)
    let isOver = false
    response.on('error', reject)
    response.on('close', () => {
      lost += 1
      reject(new Error('a stream ended'))
    })
    response.on('data', (chunk: Buffer) => {
      bytes += chunk.length
      if (isOver) return
      isOver = Buffer.concat([tail, chunk]).includes(END)
      tail = chunk.subarray(-END.length)
      if (isOver) resolve()
    })
  })
}
