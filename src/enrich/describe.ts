import type { ComponentLine, EnvoyLine, UnparsedReason } from '../record/envoy-line.ts'
import { emptyRecord, type LogRecord, type Reporter } from '../record/generated/record.ts'
import { isoTime } from '../record/iso-time.ts'
import { layerOf } from '../record/layer.ts'
import { assignAddresses } from './describe/addresses.ts'
import { assignHttp } from './describe/http.ts'
import { assignMore } from './describe/more.ts'
import { assignVerdict } from './describe/verdict.ts'

/** What the frame says of a line. */
export interface Seen {
  /** When the runtime wrote it, ISO 8601. */
  readonly time: string | undefined
  readonly stream: string
  /** Pod and container a prefix names, where lines of several pods are piped in. */
  readonly podName: string | undefined
  readonly containerName: string | undefined
}

/** Makes records of the lines of one file: what they say, who was at both ends, who answered and why. */
export interface Describer {
  readonly reporter: Reporter
  access(line: EnvoyLine, seen: Seen): LogRecord
  log(line: ComponentLine, seen: Seen): LogRecord
  unparsed(reason: UnparsedReason, seen: Seen): LogRecord
}
