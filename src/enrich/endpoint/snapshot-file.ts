import { createReadStream } from 'node:fs'
import { open, rename, unlink } from 'node:fs/promises'
import { dirname } from 'node:path'
import { Readable, Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip, createGzip } from 'node:zlib'
import { reasonOf } from '../../errors.ts'
import { Breath } from '../breath.ts'
import type { EndpointIndex } from './index.ts'
import { decodeRecord, encodeRecord, MAX_RECORD_CHARS } from './record-line.ts'

/** What became of a snapshot that was to be written. */
export type WriteResult =
  | { readonly ok: true; readonly records: number; readonly bytes: number }
  | { readonly ok: false; readonly reason: string }

/** What became of a snapshot that was to be read; with a reason nothing of it was put. */
export type ReadResult =
  | {
      readonly ok: true
      /** Up to when it tells everything. */
      readonly heardAtMs: number
      readonly records: number
      /** Records of another version that mean nothing here. */
      readonly passedOver: number
    }
  | { readonly ok: false; readonly reason: string }

/** Versions that differ by one read each other. */
const VERSION = 1
const SLICE_CHARS = 64 * 1024
/** 100,000 pods have 50 MB. */
const MAX_BYTES = 1024 * 1024 * 1024

/**
 * Write all records of an index to the file at `path`, gzipped, whose checksum tells a bad file. After a crash it holds
 * the old snapshot or the new one. The event loop is free every few milliseconds; what changes meanwhile may be in it or
 * not. Nothing is thrown.
 */
export async function writeSnapshot(path: string, index: EndpointIndex, heardAtMs: number): Promise<WriteResult> {
  const temporary = `${path}.tmp`
  const counts = { records: 0, bytes: 0 }
  try {
    await using file = await open(temporary, 'w', 0o600)
    const sink = new Writable({
      write(chunk: Buffer, _encoding, done) {
        counts.bytes += chunk.length
        file.writeFile(chunk).then(() => done(), done)
      },
    })
    await pipeline(Readable.from(slicesOf(index, heardAtMs, counts)), createGzip({ level: 1 }), sink)
    await file.sync()
    await rename(temporary, path)
    await syncDirectory(dirname(path))
    return { ok: true, ...counts }
  } catch (error) {
    await unlink(temporary).catch(() => undefined)
    return { ok: false, reason: reasonOf(error) }
  }
}

async function* slicesOf(index: EndpointIndex, heardAtMs: number, counts: { records: number }): AsyncIterable<string> {
  let slice = `${JSON.stringify({ flagship: 'index', version: VERSION, heardAtMs })}\n`
  const breath = new Breath()
  for (const record of index.records()) {
    slice += `${encodeRecord(record)}\n`
    counts.records += 1
    if (slice.length < SLICE_CHARS && !breath.isDue) continue
    yield slice
    slice = ''
    await breath.take()
  }
  yield `${slice}${JSON.stringify({ end: counts.records })}\n`
}

async function syncDirectory(path: string): Promise<void> {
  await using directory = await open(path, 'r')
  await directory.sync()
}

/**
 * Put what the snapshot at `path` holds into an index. The file is read twice, so that nothing is put of one that is
 * half or bad. Nothing is thrown.
 */
export async function readSnapshot(path: string, index: Pick<EndpointIndex, 'put'>): Promise<ReadResult> {
  try {
    const checked = await readLines(path, () => true)
    if (!checked.ok) return checked
    return await readLines(path, (line) => {
      const result = decodeRecord(line)
      if (result.ok) index.put(result.record)
      return result.ok
    })
  } catch (error) {
    return { ok: false, reason: reasonOf(error) }
  }
}

/** Hand each record's line over; `isTaken` says whether it meant anything. */
async function readLines(path: string, isTaken: (line: string) => boolean): Promise<ReadResult> {
  let head: Head | undefined
  let endedWith: number | undefined
  let lines = 0
  let passedOver = 0
  for await (const line of linesOf(path)) {
    if (endedWith !== undefined) return { ok: false, reason: 'there is more behind its end' }
    if (head === undefined) {
      head = headOf(line)
      if (head === undefined) return { ok: false, reason: 'it does not begin as a snapshot does' }
      if (Math.abs(head.version - VERSION) > 1) return { ok: false, reason: `it has version ${head.version}` }
    } else if (line.startsWith(END)) endedWith = Number(line.slice(END.length, -1))
    else {
      lines += 1
      if (!isTaken(line)) passedOver += 1
    }
  }
  if (head === undefined || endedWith !== lines) return { ok: false, reason: 'it ends too early' }
  return { ok: true, heardAtMs: head.heardAtMs, records: lines - passedOver, passedOver }
}

const END = '{"end":'

interface Head {
  readonly version: number
  readonly heardAtMs: number
}

function headOf(line: string): Head | undefined {
  let head: unknown
  try {
    head = JSON.parse(line)
  } catch {
    return undefined
  }
  if (typeof head !== 'object' || head === null || !('flagship' in head) || head.flagship !== 'index') return undefined
  const version = 'version' in head ? head.version : undefined
  const heardAtMs = 'heardAtMs' in head ? head.heardAtMs : undefined
  return typeof version === 'number' && typeof heardAtMs === 'number' ? { version, heardAtMs } : undefined
}

async function* linesOf(path: string): AsyncIterable<string> {
  const gunzip = createGunzip()
  const reading = pipeline(createReadStream(path), gunzip)
  reading.catch(() => undefined) // the loop below throws the same
  let rest = ''
  let bytes = 0
  const breath = new Breath()
  for await (const chunk of gunzip.setEncoding('utf8')) {
    const text = String(chunk)
    bytes += text.length
    const lines = `${rest}${text}`.split('\n')
    rest = lines.pop() ?? ''
    if (bytes > MAX_BYTES || rest.length > MAX_RECORD_CHARS) throw new Error('it is larger than any snapshot')
    for (const line of lines) {
      yield line
      if (breath.isDue) await breath.take()
    }
  }
  if (rest !== '') yield rest
}
