import type { CauseId } from '../causes.ts'

/**
 * One value of RESPONSE_CODE_DETAILS, or a family of them: what stands before the first bracket or colon is fixed,
 * what follows is filled in by Envoy. `{...}` and the like in `value` mark a family.
 *
 * Sources: Envoy's docs/root/configuration/http/http_conn_man/response_code_details.rst,
 * envoy/stream_info/stream_info.h (ResponseCodeDetailValues) and the filters named.
 */
export interface DetailRow {
  readonly value: string
  readonly cause: CauseId
  /** What happened, where that is more precise than the cause. */
  readonly sentence?: string
  /** First Envoy release that prints it. */
  readonly since?: string
  /** Last Envoy release that prints it. */
  readonly until?: string
  /** The upstream chose the status: what decides rules 4 and 5 of the verdict. */
  readonly isPassedOn?: true
  /** It can also end a response whose headers had gone out; this is the cause then. */
  readonly afterHeaders?: CauseId
  /** It ends a response only if the upstream had begun to answer, which the service time tells. */
  readonly needsServiceTime?: true
  /** Every value that begins so belongs to it, with or without a bracket. */
  readonly isOpen?: true
}
