import { KafkaCluster, type KafkaOptions } from '../services/kafka/cluster.ts'
import { kafkaRecipe, KAFKA_RELEASES } from '../services/kafka/recipe.ts'
import { describeOnServer, installationOf, isRecipeLeftOut } from './real-service.ts'

export type { KafkaCluster } from '../services/kafka/cluster.ts'

/** The major versions that flagship is tested with. */
export type KafkaMajor = keyof typeof KAFKA_RELEASES

const MAJORS = [4, 3] as const
const NEWEST = MAJORS[0]

/** Start a real Kafka (3 s, three nodes 9 s) that ends with this process at the latest. It must have been installed. */
export async function startKafka(
  options: Omit<KafkaOptions, 'stays'> = {},
  major: KafkaMajor = NEWEST,
): Promise<KafkaCluster> {
  return KafkaCluster.start(KAFKA_RELEASES[major], installationOf(kafkaRecipe(KAFKA_RELEASES[major]), 'kafka'), options)
}

/** How the clusters of a suite are to be. */
export interface KafkaSuiteOptions extends Omit<KafkaOptions, 'stays'> {
  /** Whether it runs on the newest version alone. */
  readonly newestOnly?: boolean
}

/**
 * A suite for each version, on a cluster of its own that starts before its tests and ends after them. Left out where the
 * version is not installed, unless FLAGSHIP_REQUIRE_SERVICES is 1. `cluster` may be called in hooks and tests.
 */
export function describeKafka(
  name: string,
  suite: (cluster: () => KafkaCluster, major: KafkaMajor) => void,
  { newestOnly = false, ...options }: KafkaSuiteOptions = {},
): void {
  for (const major of newestOnly ? [NEWEST] : MAJORS) {
    const product = `Kafka ${KAFKA_RELEASES[major].version}`
    const start = () => startKafka(options, major)
    describeOnServer({ name, product, isLeftOut: isKafkaLeftOut(major), start }, (cluster) => suite(cluster, major))
  }
}

/** Whether suites on this version are left out in this run: for `describe.skipIf`. */
export function isKafkaLeftOut(major: KafkaMajor = NEWEST): boolean {
  return isRecipeLeftOut(kafkaRecipe(KAFKA_RELEASES[major]))
}
