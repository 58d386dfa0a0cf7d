import { streamName, type StreamNames } from '../../sinks/elasticsearch/stream-names.ts'
import { OURS } from './templates.ts'

/** Rights on some indices, as Elasticsearch gives them back. */
export interface IndexRights {
  readonly names: readonly string[]
  readonly privileges: readonly string[]
  readonly allow_restricted_indices: false
}

/** What somebody may do in a cluster. */
export interface Rights {
  readonly cluster: readonly string[]
  readonly indices: readonly IndexRights[]
}

/** Name of the role, and of the API key, that a sink writes with. */
export function writerId(sinkName: string): string {
  return `flagship-writer-${sinkName}`
}

/** Name of the role that reads one tenant's streams. */
export function readerId(namespace: string): string {
  return `flagship-reader-${namespace}`
}

/**
 * The least with which the sink does all it can: `read` and `view_index_metadata` look up what is in doubt, `monitor`
 * sees whether a request of ours still runs.
 */
export function writerRights(streams: Pick<StreamNames, 'datasets' | 'namespaces'>): Rights {
  const names = streams.namespaces.flatMap((namespace) =>
    streams.datasets.map((dataset) => streamName(dataset, namespace)),
  )
  return {
    cluster: ['monitor'],
    indices: [
      {
        names,
        privileges: ['auto_configure', 'create_doc', 'read', 'view_index_metadata'],
        allow_restricted_indices: false,
      },
    ],
  }
}

/** All streams of one namespace, those included that a later configuration adds. */
export function readerRights(namespace: string): Rights {
  return {
    cluster: [],
    indices: [
      {
        names: [`logs-envoy.*-${namespace}`],
        privileges: ['read', 'view_index_metadata'],
        allow_restricted_indices: false,
      },
    ],
  }
}

/** A role with these rights. */
export function roleOf({ cluster, indices }: Rights): object {
  return { cluster, indices, applications: [], run_as: [], metadata: OURS }
}
