/** Who wrote a file, as its path or the configuration says. */
export interface ReporterIdentity {
  readonly namespace?: string
  readonly podName?: string
  readonly podUid?: string
  readonly containerName?: string
  readonly workload?: string
  readonly nodeName?: string
}
