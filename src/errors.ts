/** Every code we throw on purpose; `npm run generate` renders it into docs/generated/errors.md. Retryable: the same call may succeed later, unaided. */
export const ERRORS = {
  USAGE: { retryable: false, exitCode: 64, help: 'The command line is wrong: an unknown command, option or value.' },
  CONFIG_INVALID: {
    retryable: false,
    exitCode: 78,
    help: 'The configuration does not match its schema; every problem is listed.',
  },
  CONFIG_UNREADABLE: { retryable: false, exitCode: 78, help: 'The configuration file cannot be read or is not YAML.' },
  INVENTORY_INVALID: {
    retryable: false,
    exitCode: 65,
    help: 'The inventory is not what `kubectl get pods,services,endpointslices,nodes -A -o json` prints.',
  },
  KUBECONFIG_INVALID: {
    retryable: false,
    exitCode: 78,
    help: 'The kubeconfig, or what a pod has in its place, does not say how to reach the API server.',
  },
  KUBERNETES_UNAVAILABLE: { retryable: true, exitCode: 69, help: 'The API server of Kubernetes did not answer.' },
  KUBERNETES_REFUSED: {
    retryable: false,
    exitCode: 77,
    help: 'The API server of Kubernetes does not let us list and watch pods, services, nodes and namespaces.',
  },
  FORMAT_INVALID: {
    retryable: false,
    exitCode: 65,
    help: 'A log format string does not follow the grammar of Envoy operators.',
  },
  INPUT_UNREADABLE: { retryable: false, exitCode: 66, help: 'A file named on the command line cannot be read.' },
  OUTPUT_UNWRITABLE: {
    retryable: false,
    exitCode: 74,
    help: 'Standard output cannot be written: a full disk, for one.',
  },
  CLUSTER_TOO_LARGE: {
    retryable: false,
    exitCode: 78,
    help: 'The cluster has more nodes than mode `direct` is for: run `flagship resolver`, or set enrich.kubernetes.allowManyNodes.',
  },
  LISTEN_FAILED: {
    retryable: false,
    exitCode: 69,
    help: 'The address in http.listen, ingest.http.listen or listen of a resolver is taken or not ours.',
  },
  STATE_LOCKED: { retryable: false, exitCode: 69, help: 'Another agent uses the same state directory.' },
  STATE_UNREADABLE: {
    retryable: false,
    exitCode: 74,
    help: 'The state directory exists but cannot be read or written.',
  },
  SINK_UNAVAILABLE: { retryable: true, exitCode: 69, help: 'A sink did not answer, or asked us to slow down.' },
  TRANSACTION_LOST: {
    retryable: true,
    exitCode: 69,
    help: 'A transaction came to no known end: what it held is read and delivered again.',
  },
  SINK_FENCED: {
    retryable: false,
    exitCode: 69,
    help: 'Another agent with the same cluster, nodeName and sink has taken over.',
  },
  SOURCE_UNAVAILABLE: { retryable: true, exitCode: 69, help: 'Where messages come from did not answer.' },
  SINK_MISCONFIGURED: {
    retryable: false,
    exitCode: 78,
    help: 'A sink will never accept us as configured: credentials, topic, index, path.',
  },
} as const

export type ErrorCode = keyof typeof ERRORS

/** `code` is stable and documented; `message` is for people and holds nothing secret. */
export class FlagshipError extends Error {
  override readonly name: string = 'FlagshipError'
  readonly code: ErrorCode

  constructor(code: ErrorCode, message: string, cause?: unknown) {
    super(message, { cause })
    this.code = code
  }
}

export function isRetryable(error: unknown): boolean {
  return error instanceof FlagshipError && ERRORS[error.code].retryable
}

/** Whether everything since the last commit is undone, or will be. */
export function isTransactionOver(error: unknown): error is FlagshipError {
  return error instanceof FlagshipError && (error.code === 'TRANSACTION_LOST' || error.code === 'SINK_FENCED')
}

/** The reason in an error somebody else threw, such as `ENOENT: no such file or directory`. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
