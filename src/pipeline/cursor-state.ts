import { type Static, type TSchema, Type } from 'typebox'
import { Value } from 'typebox/value'
import { FlagshipError } from '../errors.ts'

const Facts = Type.Object({
  scope: Type.String(),
  familyKey: Type.String(),
  generation: Type.Integer(),
  path: Type.String(),
  device: Type.Number(),
  inode: Type.Number(),
  /** Rises with every file that is begun. */
  begun: Type.Integer(),
})

const Progress = Type.Object({
  prefixBytes: Type.Integer(),
  answered: Type.Optional(Type.Array(Type.Tuple([Type.Integer(), Type.Integer()]))),
  sentBytes: Type.Optional(Type.Integer()),
  mark: Type.Optional(Type.String()),
  check: Type.Optional(Type.Object({ atBytes: Type.Integer(), crc: Type.Integer() })),
  finalBytes: Type.Optional(Type.Integer()),
  modifiedMs: Type.Optional(Type.Number()),
  goneSinceMs: Type.Optional(Type.Number()),
})

const Head = Type.Object({
  mark: Type.Optional(Type.String()),
  watermarkMs: Type.Optional(Type.Number()),
  lostBytes: Type.Optional(Type.Number()),
  losses: Type.Optional(Type.Integer()),
  /** Commits were missing when it was opened, and not everything that was there has been answered since. */
  isUncertain: Type.Optional(Type.Boolean()),
})

/** What a file is and where it was seen last: does not change while it is read. */
export type FileFacts = Readonly<Static<typeof Facts>>

/** How far one file is answered for. */
export interface FileProgress extends Readonly<Omit<Static<typeof Progress>, 'answered'>> {
  /**
   * Beyond the prefix: from (inclusive) and to (exclusive), rising and apart. Every line that begins in there is
   * answered.
   */
  readonly answered?: readonly Range[]
}

/** From (inclusive) and to (exclusive), in bytes. */
export type Range = readonly [fromBytes: number, toBytes: number]

/** One file, as a pipeline remembers it. */
export interface CursorEntry extends FileFacts, FileProgress {
  readonly fileKey: string
}

/** What a pipeline remembers of itself. */
export type CursorHead = Readonly<Static<typeof Head>>

/** Everything a pipeline remembers, out of its store. */
export interface CursorState {
  readonly head: CursorHead
  readonly entries: readonly CursorEntry[]
  /** Under their ids; parsed by whoever wrote them. */
  readonly losses: ReadonlyMap<string, unknown>
}

const HEAD = 'head'
const FACTS = 'file '
const PROGRESS = 'at '
const LOSS = 'loss '

/** Keys in the store. Facts and progress stand apart, because only progress changes with every commit. */
export const KEYS = {
  head: HEAD,
  facts: (fileKey: string) => FACTS + fileKey,
  progress: (fileKey: string) => PROGRESS + fileKey,
  loss: (id: string) => LOSS + id,
  /** The file whose progress stands under a key; undefined when it is another kind of key. */
  fileOfProgress: (key: string) => (key.startsWith(PROGRESS) ? key.slice(PROGRESS.length) : undefined),
} as const

/** Read what a store holds. @throws FlagshipError STATE_UNREADABLE when it is not what this version writes. */
export function readCursorState(values: ReadonlyMap<string, unknown>): CursorState {
  const entries: CursorEntry[] = []
  const losses = new Map<string, unknown>()
  for (const [key, value] of values) {
    if (key.startsWith(LOSS)) losses.set(key.slice(LOSS.length), value)
    if (!key.startsWith(FACTS)) continue
    const fileKey = key.slice(FACTS.length)
    const progress = values.get(KEYS.progress(fileKey)) ?? { prefixBytes: 0 }
    entries.push({ fileKey, ...checked(Facts, key, value), ...checked(Progress, KEYS.progress(fileKey), progress) })
  }
  entries.sort((a, b) => a.begun - b.begun)
  return { head: checked(Head, HEAD, values.get(HEAD) ?? {}), entries, losses }
}

export function factsOf({ scope, familyKey, generation, path, device, inode, begun }: CursorEntry): FileFacts {
  return { scope, familyKey, generation, path, device, inode, begun }
}

export function progressOf(entry: CursorEntry): FileProgress {
  const { prefixBytes, answered, sentBytes, mark, check, finalBytes, modifiedMs, goneSinceMs } = entry
  return {
    prefixBytes,
    ...(answered === undefined || answered.length === 0 ? {} : { answered }),
    ...(sentBytes === undefined ? {} : { sentBytes }),
    ...(mark === undefined ? {} : { mark }),
    ...(check === undefined ? {} : { check }),
    ...(finalBytes === undefined ? {} : { finalBytes }),
    ...(modifiedMs === undefined ? {} : { modifiedMs }),
    ...(goneSinceMs === undefined ? {} : { goneSinceMs }),
  }
}

function checked<T extends TSchema>(schema: T, key: string, value: unknown): Static<T> {
  if (Value.Check(schema, value)) return value
  throw new FlagshipError('STATE_UNREADABLE', `Cannot read cursor: its entry "${key}" is not what flagship writes`)
}
