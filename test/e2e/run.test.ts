import { appendFileSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { until, Workplace } from '../support/agent-process.ts'
import { ContainerLog, lineOf, linesOf } from '../support/container-log.ts'
import { seededRandom } from '../support/seeded-random.ts'

describe('flagship run', () => {
  test('delivers each line once while files are written and renamed, over a stop and a start', async () => {
    const workplace = new Workplace()
    const random = seededRandom(1)
    const logs = ['a', 'b', 'c'].map((name) => new ContainerLog(workplace.pods, name, random))
    const step = (rotates: boolean) => {
      for (const log of logs) {
        log.write(50)
        if (rotates) log.rotate()
        log.write(20)
      }
    }
    const first = workplace.start()
    for (let count = 0; count < 5; count += 1) {
      step(count % 2 === 1)
      await until(
        () => workplace.countDocuments() > count * 100,
        () => first.stderr,
      )
    }
    expect(await first.stop()).toBe(0)
    step(true)
    const second = workplace.start()
    step(false)
    for (const log of logs) log.end()
    const written = linesOf(logs).sort()
    await until(
      () => workplace.countDocuments() >= written.length,
      () => second.stderr,
    )
    expect(await second.stop()).toBe(0)
    expect(workplace.documents().map(lineOf).sort()).toEqual(written)
    expect(first.stderr + second.stderr).not.toMatch(/"level":"(warn|error)"|Error:|\n {4}at /)
  })

  test('says who wrote a line, from its path', async () => {
    const workplace = new Workplace()
    const log = new ContainerLog(workplace.pods, 'a', () => 0.9)
    log.write(1)
    const agent = workplace.start()
    await until(
      () => workplace.countDocuments() === 1,
      () => agent.stderr,
    )
    expect(workplace.documents()[0]).toMatchObject({
      kubernetes: { namespace: 'shop', pod: { name: 'a', uid: 'a-uid' }, container: { name: 'istio-proxy' } },
      log: { file: { path: expect.stringMatching(/\/shop_a_a-uid\/istio-proxy\/0\.log$/) }, offset: 0 },
    })
    await agent.stop()
  })

  test('follows plain files with a configured reporter, next to stdout', async () => {
    const workplace = new Workplace()
    const path = join(workplace.root, 'logs', 'edge.log')
    mkdirSync(join(workplace.root, 'logs'))
    const line = '[2026-11-22T13:17:40.354Z] "GET /lines/x/0 HTTP/1.1" 200 - 0 5 3 2 "-" "curl" "r" "h" "10.0.0.1:80"\n'
    writeFileSync(path, line)
    workplace.configure({
      ingest: {
        files: [
          {
            path: join(workplace.root, 'logs', '*.log'),
            frame: 'raw',
            reporter: { namespace: 'edge', workload: 'envoy' },
          },
        ],
      },
      sinks: { out: { type: 'stdout' } },
    })
    const agent = workplace.start()
    await until(
      () => agent.stdout.includes('\n'),
      () => agent.stderr,
    )
    appendFileSync(path, line.replace('/x/0', '/x/1'))
    await until(
      () => agent.stdout.split('\n').length === 3,
      () => agent.stderr,
    )
    expect(await agent.stop()).toBe(0)
    const documents = agent.stdout
      .trimEnd()
      .split('\n')
      .map((text): Record<string, unknown> => JSON.parse(text))
    expect(documents.map(lineOf)).toEqual(['x/0', 'x/1'])
    expect(documents[0]).toMatchObject({ kubernetes: { namespace: 'edge' }, service: { name: 'envoy' } })
  })

  test('ends cleanly when the reader of its standard output has left', async () => {
    const workplace = new Workplace({ sinks: { out: { type: 'stdout' } } })
    const log = new ContainerLog(workplace.pods, 'a', () => 0.9)
    log.write(10)
    const agent = workplace.start()
    await until(
      () => agent.stdout !== '',
      () => agent.stderr,
    )
    agent.process.stdout?.destroy()
    log.write(10)
    expect(await agent.ended).toBe(0)
    expect(agent.stderr).not.toMatch(/Error|\n {4}at /)
  })

  test('ends at once at the second signal', async () => {
    const workplace = new Workplace({ sinks: { out: { type: 'stdout' } }, limits: { stopMs: 60_000 } })
    new ContainerLog(workplace.pods, 'a', () => 0.9).write(5_000)
    const agent = workplace.start()
    // Once delivering has begun nobody reads: it does not come to an end.
    await new Promise((resolve) => agent.process.stdout?.once('data', resolve))
    agent.process.stdout?.pause()
    agent.signal('SIGTERM')
    await until(
      () => agent.stderr.includes('stopping'),
      () => agent.stderr,
    )
    agent.signal('SIGTERM')
    agent.process.stdout?.resume()
    expect(await agent.ended).toBe('SIGTERM')
  })

  test('answers probes and scrapes', async () => {
    const address = await freeAddress()
    const workplace = new Workplace({ http: { listen: address } })
    const log = new ContainerLog(workplace.pods, 'a', () => 0.9)
    log.write(7)
    const agent = workplace.start()
    await until(
      () => workplace.countDocuments() === 7,
      () => agent.stderr,
    )
    const get = async (path: string) => (await fetch(`http://${address}${path}`)).text()
    expect(await get('/readyz')).toBe('{"ready":true,"reasons":[],"names":"off"}')
    expect(await get('/metrics')).toContain('flagship_documents_delivered_total{pipeline="copy"} 7')
    expect(JSON.parse(await get('/v1/status'))).toMatchObject({
      pipelines: [{ name: 'copy', state: 'delivering', linesRead: 7, documentsDelivered: 7, inflightBytes: 0 }],
    })
    expect(await agent.stop()).toBe(0)
  })

  test('does not follow a link out of the pods tree, and says so once', async () => {
    const workplace = new Workplace()
    const log = new ContainerLog(workplace.pods, 'a', () => 0.9)
    log.write(1)
    writeFileSync(join(workplace.root, 'shadow'), 'root:secret\n')
    symlinkSync(join(workplace.root, 'shadow'), join(workplace.pods, 'shop_a_a-uid', 'istio-proxy', '1.log'))
    const agent = workplace.start()
    await until(
      () => agent.stderr.includes('it leads to'),
      () => agent.stderr,
    )
    await until(
      () => workplace.countDocuments() === 1,
      () => agent.stderr,
    )
    expect(await agent.stop()).toBe(0)
    expect(readFileSync(workplace.output, 'utf8')).not.toContain('secret')
    expect(agent.stderr.match(/it leads to/g)).toHaveLength(1)
  })

  test.for([
    [
      'a file that cannot be written',
      78,
      'Cannot write',
      (workplace: Workplace) => mkdirSync(workplace.output, { recursive: true }),
    ],
    [
      'a state that cannot be read',
      74,
      'Cannot open state',
      (workplace: Workplace) => {
        mkdirSync(join(workplace.root, 'state', 'copy', 'state.a'), { recursive: true })
      },
    ],
    [
      'a state directory that is a file',
      74,
      'Cannot use state directory',
      (workplace: Workplace) => writeFileSync(join(workplace.root, 'state'), ''),
    ],
  ] as const)('ends with one clear line on %s', async ([, code, message, spoil]) => {
    const workplace = new Workplace()
    spoil(workplace)
    const agent = workplace.start()
    expect(await agent.ended).toBe(code)
    const told = agent.stderr.split('\n').filter((line) => line.startsWith('flagship: '))
    expect(told).toEqual([expect.stringContaining(`flagship: ${message} "${workplace.root}`)])
    expect(agent.stderr).not.toMatch(/\n {4}at /)
  })

  test('refuses a state directory that another agent uses, and says whose it is', async () => {
    const workplace = new Workplace()
    const first = workplace.start()
    await until(
      () => first.stderr.includes('started'),
      () => first.stderr,
    )
    const second = workplace.start()
    expect(await second.ended).toBe(69)
    expect(second.stderr).toContain(`held by process ${first.process.pid} on `)
    expect(await first.stop()).toBe(0)
  })
})

async function freeAddress(): Promise<string> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (address === null || typeof address === 'string') throw new Error('no address')
  return `127.0.0.1:${address.port}`
}
