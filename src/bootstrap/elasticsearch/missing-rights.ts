import type { Elasticsearch } from '../../clients/elasticsearch.ts'
import { at } from '../../sinks/elasticsearch/parts-of-json.ts'
import { refusal } from './refusal.ts'
import type { Rights } from './roles.ts'

/** What whoever asks may not do of this, in words: `the index privilege "read" on logs-envoy.access-default`. */
export async function missingRights(client: Elasticsearch, { cluster, indices }: Rights): Promise<readonly string[]> {
  const json = { cluster, index: indices.map(({ names, privileges }) => ({ names, privileges })) }
  const answer = await client.request({ method: 'POST', path: '/_security/user/_has_privileges', json })
  if (answer.statusCode !== 200) throw refusal('Cannot ask for privileges', 'a known user', answer)
  const ofCluster = cluster.filter((right) => at(answer.body, 'cluster', right) !== true)
  const ofIndices = indices.flatMap(({ names, privileges }) =>
    privileges.flatMap((right) => {
      const missing = names.filter((name) => at(answer.body, 'index', name, right) !== true)
      return missing.length === 0 ? [] : [`the index privilege "${right}" on ${fewOf(missing)}`]
    }),
  )
  return [...ofCluster.map((right) => `the cluster privilege "${right}"`), ...ofIndices]
}

function fewOf([first = '', ...others]: readonly string[]): string {
  return others.length === 0 ? first : `${first} and ${others.length} more`
}
