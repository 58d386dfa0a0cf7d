import { describe, expect, test } from 'vitest'
import { EndpointIndex } from '../../../../src/enrich/endpoint/index.ts'
import { reporterOf, reporterPod } from '../../../../src/enrich/endpoint/reporter.ts'
import { podRow } from '../rows.ts'

const index = new EndpointIndex()
index.upsertPod(podRow({ name: 'web-1', uid: 'u1', ips: ['10.244.1.5'], labels: '{"app":"web"}' }), 0)
index.upsertPod(
  podRow({
    name: 'ztunnel-x',
    uid: 'z1',
    namespace: 'istio-system',
    ips: ['10.244.1.6'],
    role: 'ztunnel',
    workload: { kind: 'DaemonSet', name: 'ztunnel' },
  }),
  0,
)

describe('reporterOf()', () => {
  test('joins what the path says with what the index knows', () => {
    const identity = {
      namespace: 'default',
      podName: 'web-1',
      podUid: 'u1',
      containerName: 'istio-proxy',
      nodeName: 'node-x',
    }
    const reporter = reporterOf(identity, index, 'prod', '{"team":"a"}')
    expect(JSON.parse(`{${reporter.json}}`)).toEqual({
      observer: { type: 'proxy', product: 'istio-proxy', name: 'web-1' },
      host: { name: 'node-a' },
      orchestrator: { type: 'kubernetes', cluster: { name: 'prod' } },
      kubernetes: {
        pod: { name: 'web-1', uid: 'u1', ip: '10.244.1.5' },
        namespace: 'default',
        node: { name: 'node-a' },
        container: { name: 'istio-proxy' },
        deployment: { name: 'reviews-v1' },
        labels: { app: 'web' },
      },
      labels: { team: 'a' },
      ecs: { version: '9.0.0' },
    })
  })

  test('goes by the path alone where the index knows nothing', () => {
    const reporter = reporterOf(
      { namespace: 'a', podName: 'b', podUid: 'c', nodeName: 'n' },
      new EndpointIndex(),
      undefined,
      undefined,
    )
    expect(reporter).toMatchObject({
      namespace: 'a',
      podName: 'b',
      podUid: 'c',
      nodeName: 'n',
      hostName: 'n',
      observerName: 'b',
    })
    expect([reporter.podIp, reporter.podLabels, reporter.observerProduct]).toEqual([undefined, undefined, 'envoy'])
  })

  test('names a proxy outside Kubernetes by its configured workload', () => {
    const reporter = reporterOf({ namespace: 'edge', workload: 'envoy' }, index, undefined, undefined)
    expect(reporter).toMatchObject({
      observerName: 'envoy',
      namespace: 'edge',
      orchestratorType: undefined,
      podName: undefined,
    })
  })

  test('knows ztunnel though its container is called istio-proxy', () => {
    expect(
      reporterOf({ podUid: 'z1', podName: 'ztunnel-x', containerName: 'istio-proxy' }, index, undefined, undefined)
        .observerProduct,
    ).toBe('ztunnel')
  })
})

describe('reporterPod()', () => {
  test.for([
    ['its UID', { podUid: 'u1' }, 'web-1'],
    ['its name, where a prefix has nothing else', { podName: 'web-1' }, 'web-1'],
    ['its namespace and name', { namespace: 'default', podName: 'web-1' }, 'web-1'],
    [
      'nothing for a UID that is not known: the name may be another pod’s now',
      { namespace: 'default', podName: 'web-1', podUid: 'u0' },
      undefined,
    ],
    ['nothing for nobody', {}, undefined],
  ] as const)('finds a pod by %s', ([, identity, name]) => {
    expect(reporterPod(identity, index)?.name).toBe(name)
  })
})
