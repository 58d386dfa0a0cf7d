/** Whose doing it usually is: where an on-call engineer begins to look, not a proof. */
export type Fault = 'client' | 'application' | 'network' | 'proxy_config' | 'policy' | 'overload' | 'other'

/** From where a line is seen, as far as the explanation differs: the same event reads differently next to the server. */
export type Side = 'outbound' | 'inbound' | 'passthrough'

/** What is said of one cause as seen from one side. */
export interface SideText extends CauseText {
  /** Whose doing it is and what lies behind it from there, where that differs. */
  readonly fault?: Fault
  readonly typical?: readonly string[]
}

/** A sentence and what to do about it. */
export interface CauseText {
  /** What happened, in one sentence with nothing filled in: these form a bounded set that can be counted. */
  readonly sentence: string
  /** What to look at next, first is first. Commands stand in backticks, placeholders in capitals. */
  readonly checks: readonly string[]
}

/** Why a request or connection ended as it did. */
export interface Cause extends CauseText {
  readonly fault: Fault
  /** What usually lies behind it. */
  readonly typical: readonly string[]
  /** On the server's own sidecar, where that reads differently. */
  readonly inbound?: SideText
  /** Towards a destination the mesh does not know (PassthroughCluster), where that reads differently. */
  readonly passthrough?: SideText
  /** The proxy answered as it was told to: no failure unless the status or a flag says so. */
  readonly isBenign?: true
}

/** A cause as seen from one side, ready to stand in a verdict. Frozen; there are only as many as the catalogue makes. */
export interface Explanation<Id extends string = string> {
  readonly cause: Id
  readonly fault: Fault
  readonly sentence: string
  readonly typical: readonly string[]
  readonly checks: readonly string[]
  readonly isBenign: boolean
}
