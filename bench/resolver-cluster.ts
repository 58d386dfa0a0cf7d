/** A cluster of 100,000 pods behind a fake API server: `fork`ed by `bench/resolver.ts`, which says when it is to change. */
import { setTimeout as sleep } from 'node:timers/promises'
import { clusterOf } from '../test/support/fake-kubernetes/cluster-of.ts'
import { FakeKubernetes } from '../test/support/fake-kubernetes/fake-kubernetes.ts'

const [pods = '0', services = '0', nodes = '0'] = process.argv.slice(2)
const cluster = clusterOf({ pods: Number(pods), services: Number(services), nodes: Number(nodes) })
const fake = await FakeKubernetes.start({ cluster })
const [template] = fake.objects('pods')
process.on('message', (message) => void change(Number(message)))
process.send?.({ url: fake.url })

/** So many pods come and go a second, for half a minute; the name of each is the time at which it came. */
async function change(perSecond: number): Promise<void> {
  if (template === undefined) throw new Error('there is no pod')
  const names: string[] = []
  const startMs = performance.now()
  for (let at = 0; at < perSecond * 30; at += 1) {
    const name = `t${at}-${performance.timeOrigin + performance.now()}`
    fake.put('pods', {
      ...template,
      metadata: { ...template.metadata, name, uid: name },
      status: { ...Object(template['status']), podIP: addressOf(at), podIPs: [{ ip: addressOf(at) }] },
    })
    names.push(name)
    const old = at % 2 === 1 ? names.shift() : undefined
    if (old !== undefined) fake.delete('pods', `${template.metadata.namespace ?? ''}/${old}`)
    const earlyMs = startMs + (at * 1_000) / perSecond - performance.now()
    if (earlyMs > 0) await sleep(earlyMs)
  }
  process.send?.({ url: '' })
}

function addressOf(at: number): string {
  return `10.200.${at >> 8}.${at & 255}`
}
