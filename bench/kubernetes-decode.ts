/**
 * What does one pod of the API server cost? `node bench/kubernetes-decode.ts [PODS]`: a list of so many pods of about
 * 10 KB in JSON, as protobuf and as JSON, from bytes in chunks of 64 KiB to rows; CPU time of the best of five rounds.
 */
import { codecOf } from '../src/enrich/kubernetes/api/codec.ts'
import { resourcesFor } from '../src/enrich/kubernetes/api/resources.ts'
import { DEFAULT_LABELS } from '../src/enrich/kubernetes/labels.ts'
import { clusterOf } from '../test/support/fake-kubernetes/cluster-of.ts'
import { encodingFor } from '../test/support/fake-kubernetes/encoding.ts'
import { RowMap } from '../test/support/row-map.ts'

const [PODS = 20_000] = process.argv.slice(2).map(Number)
const ROUNDS = 5
const CHUNK_BYTES = 65_536

const pods = clusterOf({ pods: PODS, services: 500, nodes: 100, podBytes: 6_500 }).pods
for (const type of ['application/vnd.kubernetes.protobuf', 'application/json']) measure(type)

function measure(type: string): void {
  const encoding = encodingFor(type)
  const codec = codecOf(type)
  const resource = resourcesFor(new RowMap(), { labels: DEFAULT_LABELS, namespaceLabels: [] }).at(-1)
  if (encoding === undefined || codec === undefined || resource === undefined) throw new Error(`no codec of ${type}`)
  const body = Buffer.concat([...encoding.list('Pod', { resourceVersion: '1' }, pods)])
  const rounds = Array.from({ length: ROUNDS }, () => {
    const splitter = codec.listSplitter()
    let count = 0
    const before = process.cpuUsage()
    for (let at = 0; at < body.length; at += CHUNK_BYTES) {
      for (const { what, bytes } of splitter.push(body.subarray(at, at + CHUNK_BYTES))) {
        if (what !== 'item') continue
        const problem = resource.put(codec.item(bytes, resource.message), 0)
        if (problem !== undefined) throw new Error(`${problem.field} is ${problem.found}`)
        count += 1
      }
    }
    const { user, system } = process.cpuUsage(before)
    if (count !== PODS) throw new Error(`${count} pods`)
    return (user + system) / PODS
  })
  const size = `${(body.length / PODS / 1024).toFixed(1)} KiB`
  process.stdout.write(
    `${codec.name}: ${Math.min(...rounds).toFixed(1)} us a pod of ${size} (all: ${rounds.map((us) => us.toFixed(1)).join(', ')})\n`,
  )
}
