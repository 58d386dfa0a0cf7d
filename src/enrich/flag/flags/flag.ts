import type { CauseId } from '../causes.ts'
import type { CauseText, Fault } from '../explanation.ts'

/** What a flag is about: small enough to group by. */
export type FlagClass = 'upstream' | 'downstream' | 'routing' | 'policy' | 'timeout' | 'overload' | 'local' | 'other'

/** One response flag of Envoy. Source: source/common/stream_info/utility.h (CoreResponseFlag) and its changelogs. */
export interface Flag extends CauseText {
  /** As %RESPONSE_FLAGS% prints it. */
  readonly short: string
  /** As %RESPONSE_FLAGS_LONG% prints it. */
  readonly long: string
  readonly class: FlagClass
  /** Whether a line with this flag reports a failure, whatever its status. */
  readonly isError: boolean
  readonly fault: Fault
  readonly typical: readonly string[]
  /** The cause of a line that has the flag and nothing more precise. */
  readonly cause: CauseId
  /** First Envoy release that has it. */
  readonly since: string
}
