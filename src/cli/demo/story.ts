import type { ShownDocument } from '../document.ts'

/** A request that failed, what its own line proves, and what another line adds. */
export interface Case {
  readonly title: string
  readonly document: ShownDocument
  /** The line of another proxy that decides what this one leaves open. */
  readonly decidedBy: ShownDocument | undefined
  readonly meaning: string
}

export interface Story {
  /** Lines that look alike and leave the cause open, and what decides each. */
  readonly alike: readonly Case[]
  /** Lines that prove their cause by themselves. */
  readonly proven: readonly Case[]
}

/**
 * Find the demo's cases among the delivered documents. Nothing is known of them beforehand but what to look for: two
 * proxies' lines belong together when one's upstream connection is the other's downstream connection.
 */
export function tellStory(documents: readonly ShownDocument[]): Story {
  const byDownstream = new Map<string, ShownDocument>()
  for (const document of documents) {
    const remote = document.envoy?.downstream?.remote_address
    if (remote !== undefined) byDownstream.set(remote, document)
  }
  const otherSide = (document: ShownDocument) => {
    const local = document.envoy?.upstream?.local_address
    return local === undefined ? undefined : byDownstream.get(local)
  }
  return { alike: alike(documents, otherSide), proven: proven(documents) }
}

type OtherSide = (document: ShownDocument) => ShownDocument | undefined

function alike(documents: readonly ShownDocument[], otherSide: OtherSide): Case[] {
  const open = documents.filter((document) => is(document, 'UC', 'outbound') && document.envoy?.response_code === 503)
  const plaintext = open.find(
    (document) => otherSide(document)?.envoy?.response_code_details_text === 'filter_chain_not_found',
  )
  const silent = open.filter((document) => otherSide(document) === undefined)
  const certificate = silent.find((document) => document.envoy?.upstream?.cluster?.includes('|nocert') === true)
  const closed = silent.find((document) => document.envoy?.destination?.namespace === 'legacy')
  return [
    ...caseOf('the server has no listener for plaintext', plaintext, plaintext && otherSide(plaintext),
      'The server\'s proxy wrote "0 NR filter_chain_not_found" for the very same connection: it was plaintext, and only mTLS is accepted there.'),
    ...caseOf('the client showed no certificate (TLS 1.3)', certificate, undefined,
      'Nothing more was written anywhere. The line is the same as above; only the set-up tells that a certificate was missing.'),
    ...caseOf('a server without a sidecar closed the connection', closed, undefined,
      'No proxy stands before that server, so no second line can come: its own log has to decide.'),
  ] // biome-ignore format: one case after another
}

function proven(documents: readonly ShownDocument[]): Case[] {
  const find = (cause: string, direction: string) =>
    documents.find((document) => document.envoy?.verdict?.cause === cause && document.envoy.direction === direction)
  return [
    ...caseOf(
      'a subset that no DestinationRule defines',
      documents.find(
        (document) => document.envoy?.verdict?.cause === 'cluster_not_found' && document.envoy.response_code === 503,
      ),
      undefined,
      '',
    ),
    ...caseOf('TLS to a server that speaks plaintext', find('tls_peer_speaks_plaintext', 'outbound'), undefined, ''),
    ...caseOf(
      'the application itself closed the connection',
      documents.find((document) => is(document, 'UC', 'inbound')),
      undefined,
      '',
    ),
  ]
}

function is(document: ShownDocument, flag: string, direction: string): boolean {
  return document.event?.code === flag && document.envoy?.direction === direction
}

function caseOf(
  title: string,
  document: ShownDocument | undefined,
  decidedBy: ShownDocument | undefined,
  meaning: string,
): Case[] {
  return document === undefined ? [] : [{ title, document, decidedBy, meaning }]
}
