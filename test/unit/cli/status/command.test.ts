import { mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { command } from '../../../../src/cli/status.ts'
import { put, scratch } from '../../fakes/scratch.ts'
import { capturedIo } from '../captured-io.ts'

function stage(ingest = '{ pods: /p }') {
  const root = scratch()
  const config = put(
    root,
    'flagship.yaml',
    `{ state: { directory: state }, ingest: ${ingest}, sinks: { copy: { type: stdout } } }`,
  )
  const { io, written } = capturedIo()
  return { root, written, run: (...args: readonly string[]) => command.run(['-c', config, ...args], io) }
}

describe('flagship status', () => {
  test('shows what has never run, and makes nothing', async () => {
    const { root, run, written } = stage()
    expect(await run()).toBe(0)
    expect(written.stdout).toBe(
      `State directory "${join(root, 'state')}": no agent runs\n\nsink copy\n  state  none: it has never run\n`,
    )
    expect(readdirSync(root)).toEqual(['flagship.yaml'])
  })

  test('gives the same to programs', async () => {
    const { root, run, written } = stage()
    await run('--json')
    const report: unknown = JSON.parse(written.stdout)
    expect(report).toMatchObject({
      directory: join(root, 'state'),
      time: expect.stringMatching(/^20.*Z$/),
      pipelines: [{ name: 'copy', state: 'none', watermark: null, deadLetter: { documents: 0 }, chains: [] }],
    })
  })

  test('says where it stands with a group, which needs no state directory', async () => {
    const { root, run, written } = stage('{ kafka: { brokers: ["k:9092"], topics: [lines], group: readers } }')
    expect(await run()).toBe(0)
    const look = 'look with kafka-consumer-groups.sh --bootstrap-server k:9092 --group readers --describe'
    expect(written.stdout).toBe(
      `State directory "${join(root, 'state')}": not used\n\nsink copy\n` +
        `  state        none here: it is in the offsets of group "readers", ${look}; an agent that runs says more under /v1/status\n` +
        `  dead letter  in topic "envoy.dead_letter"\n`,
    )
    await run('--json')
    expect(written.stdout).toContain('"deadLetter": "in topic')
  })

  test('says where it stands with requests', async () => {
    const { root, run, written } = stage('{ http: { listen: "127.0.0.1:9000", envelope: raw } }')
    expect(await run()).toBe(0)
    expect(written.stdout).toBe(
      `State directory "${join(root, 'state')}": no agent runs\n\nsink copy\n` +
        `  state        none: who sends keeps the lines until a request is answered; an agent that runs says more under /v1/status\n` +
        `  dead letter  empty\n`,
    )
  })

  test('says so when the state cannot be read', async () => {
    const { root, run } = stage()
    mkdirSync(join(root, 'state', 'copy', 'state.a'), { recursive: true })
    await expect(run()).rejects.toMatchObject({ code: 'STATE_UNREADABLE', message: expect.stringContaining('EISDIR') })
  })

  test('asks for a configuration', async () => {
    await expect(command.run([], capturedIo().io)).rejects.toMatchObject({ code: 'USAGE' })
  })
})
