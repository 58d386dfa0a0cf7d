import { memoized } from './bounded-memo.ts'
import { DOWNSTREAM_FLAGS } from './flags/downstream.ts'
import type { Flag } from './flags/flag.ts'
import { PROXY_FLAGS } from './flags/proxy.ts'
import { TIMEOUT_FLAGS } from './flags/timeout.ts'
import { UPSTREAM_FLAGS } from './flags/upstream.ts'

/**
 * The response flags of a line and what they mean: the text of the line in, one frozen object out.
 *
 * Every flag stands once in `PRECEDENCE`: causes before symptoms, what this proxy decided before what followed from
 * it, the final end before a property of the way there. The first one of a line is its primary flag, whatever the
 * order in the line (Envoy up to 1.29 prints them by number, since 1.30 in the order of setting).
 */
// biome-ignore format: groups
export const PRECEDENCE = [
  'FI', 'DPE', 'IH', 'RL', 'RLSE', 'UAEX', 'LH', 'NFCF', 'OM', // refused before any routing
  'NR', 'NC', 'DF', 'UDO', 'DO', 'UO', 'UH', // no server could be asked
  'UF', 'UPE', 'UC', 'UR', // what the server or the way to it did
  'UT', 'UMSDR', 'SI', 'DT', // a time limit, which then makes this proxy reset
  'LR', 'DR', 'DC', // who let go
  'URX', 'RFCF', 'DI', // about the way, not the end
] as const

export type FlagName = (typeof PRECEDENCE)[number]

const ALL: readonly Flag[] = [...UPSTREAM_FLAGS, ...TIMEOUT_FLAGS, ...DOWNSTREAM_FLAGS, ...PROXY_FLAGS]
const BY_NAME: ReadonlyMap<string, Flag> = new Map(
  ALL.flatMap((flag) => [
    [flag.short, flag],
    [flag.long, flag],
  ]),
)

/** Every flag of Envoy, in the order of precedence. */
export const FLAGS: readonly Flag[] = PRECEDENCE.map((name) => {
  const flag = BY_NAME.get(name)
  if (flag === undefined) throw new Error(`Cannot build the catalogue: flag "${name}" has no text`)
  return flag
})

const BITS: ReadonlyMap<string, number> = new Map(PRECEDENCE.map((name, bit) => [name, 1 << bit]))

/** Look a flag up by its short or long name; undefined when Envoy has no such flag. */
export function findFlag(name: string): Flag | undefined {
  return BY_NAME.get(name)
}

/** What a flag that no catalogue has reads like. */
export const UNKNOWN_FLAG_SENTENCE = 'This flag is not one of the flags of Envoy that this catalogue knows.'

/** The flags of one line. Frozen; one object per text. */
export interface FlagSet {
  /** As they stand in the line, short names where known, unknown tokens kept, each once. */
  readonly names: readonly string[]
  /** First by precedence; the first unknown one when none is known. */
  readonly primary: string | undefined
  /** The primary flag, when it is a known one. */
  readonly primaryFlag: Flag | undefined
  /** One sentence per flag, in the order of `names`. */
  readonly sentences: readonly string[]
  /** Long names, in the order of `names`; an unknown flag stands for itself. */
  readonly longNames: readonly string[]
  /** Whether one of them means failure; an unknown one does not by itself. */
  readonly hasError: boolean
  /** The known ones as bits of `maskOf`. */
  readonly mask: number
}

/** Bits of a few flags, to ask many at once: `(set.mask & maskOf('UF', 'UC')) !== 0`. */
export function maskOf(...names: readonly FlagName[]): number {
  return names.reduce((mask, name) => mask | (BITS.get(name) ?? 0), 0)
}

/** Read the flags text of a line, such as `UF,URX`. More than 64 tokens is no flags text: the rest is left out. */
export const flagSetOf: (text: string) => FlagSet = memoized((text) => {
  const tokens = text.split(',', MAX_TOKENS).map((token) => token.trim())
  const names = [...new Set(tokens.filter((token) => token !== '' && token !== '-').map(shortNameOf))]
  const mask = names.reduce((bits, name) => bits | (BITS.get(name) ?? 0), 0)
  const first = FLAGS.find((_, bit) => (mask & (1 << bit)) !== 0)
  return Object.freeze({
    names: Object.freeze(names),
    primary: first?.short ?? names[0],
    primaryFlag: first,
    sentences: Object.freeze(names.map((name) => BY_NAME.get(name)?.sentence ?? UNKNOWN_FLAG_SENTENCE)),
    longNames: Object.freeze(names.map((name) => BY_NAME.get(name)?.long ?? name)),
    hasError: names.some((name) => BY_NAME.get(name)?.isError === true),
    mask,
  })
})
const MAX_TOKENS = 64

/** No flags at all. */
export const NO_FLAGS: FlagSet = flagSetOf('')

/** The flag that says most about a line, whatever their order; undefined when there is none. */
export function primaryFlag(flags: readonly string[]): string | undefined {
  return flagSetOf(flags.join(',')).primary
}

function shortNameOf(token: string): string {
  return BY_NAME.get(token)?.short ?? token
}
