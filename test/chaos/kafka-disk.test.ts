import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { until } from '../support/agent-process.ts'
import { isKafkaLeftOut, startKafka } from '../support/real-kafka.ts'
import { EACH_LINE_ONCE, outcomeOf } from '../support/scene.ts'
import { type Delivery, StreamScene } from '../support/stream-scene.ts'

const DISK_BYTES = 24_000_000
const LONGEST_MS = 240_000
const SAID = /KAFKA_STORAGE_ERROR: a disk .* start that broker again|LEADER_NOT_AVAILABLE: .* disks fail or are full/

const mayMount = spawnSync('unshare', ['-m', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt']).status === 0

/** Where a small disk has been mounted until the end of the test. */
function smallDisk(): string {
  const place = mkdtempSync(join(tmpdir(), 'flagship-disk-'))
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${DISK_BYTES}`, 'tmpfs', place])
  onTestFinished(() => {
    spawnSync('umount', ['-l', place])
    rmSync(place, { recursive: true })
  })
  return place
}

/** Take all that is free on a disk; gives what lets it go again. */
function fill(disk: string): () => void {
  const { bavail, bsize } = statfsSync(disk)
  const ballast = join(disk, 'ballast')
  writeFileSync(ballast, Buffer.alloc(bavail * bsize))
  return () => rmSync(ballast)
}

/** An agent that delivers, and its scene. */
async function delivering(brokers: readonly string[], delivery: Delivery, seed: number) {
  const scene = await StreamScene.open(brokers, delivery, seed)
  const agent = scene.start()
  await scene.writeAndDeliver(agent)
  return { scene, agent }
}

describe.skipIf(isKafkaLeftOut() || !mayMount)('a full disk of a broker, on which some of the partitions are', () => {
  test(
    'is said by agents of both deliveries, and no line is lost when there is room again',
    async () => {
      const disk = smallDisk()
      const partitions = join(disk, 'partitions')
      mkdirSync(partitions)
      const kafka = await startKafka({ otherDisk: partitions })
      onTestFinished(() => kafka.stop())
      const runs = await Promise.all([
        delivering(kafka.brokers, 'at_least_once', 81),
        delivering(kafka.brokers, 'exactly_once', 82),
      ])
      const makeRoom = fill(disk)
      for (const { scene } of runs) scene.write(200)
      for (const { agent } of runs)
        await until(
          () => SAID.test(agent.stderr),
          () => agent.stderr,
          60_000,
        )
      for (const { scene } of runs) await scene.writeTurns(5, 100)
      makeRoom()
      // A broker takes a disk that failed only when it starts.
      await kafka.restart()
      const scope = `Kafka ${kafka.version}, full disk of the broker`
      const outcomes = runs.map(async ({ scene, agent }) =>
        outcomeOf(`${scope}, ${scene.delivery}`, await scene.finish(agent)),
      )
      expect(await Promise.all(outcomes)).toEqual([EACH_LINE_ONCE, EACH_LINE_ONCE])
    },
    LONGEST_MS,
  )
})
