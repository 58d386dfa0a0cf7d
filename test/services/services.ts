import type { Credentials } from './ask.ts'
import type { Recipe } from './cache.ts'
import { elasticsearchRecipe, RELEASES, type Release } from './elasticsearch/recipe.ts'
import { ElasticsearchServer } from './elasticsearch/server.ts'
import { KafkaCluster } from './kafka/cluster.ts'
import { KAFKA_RELEASES, type KafkaRelease, kafkaRecipe } from './kafka/recipe.ts'
import { KUBERNETES_VERSION, kubernetesRecipe } from './kubernetes/recipe.ts'
import { KubernetesServer } from './kubernetes/server.ts'
import type { ProcessIdentity } from './process.ts'
import { REGISTRY_VERSION, registryRecipe } from './registry/recipe.ts'
import { RegistryServer } from './registry/server.ts'

/** A server that stays when the process that started it has ended. */
export interface StayingServer {
  /** Where it is reached; Kafka's is `127.0.0.1:20000`. */
  readonly url: string
  readonly identity: ProcessIdentity
  /** Processes that it needs besides, each the leader of its group. */
  readonly companions?: readonly ProcessIdentity[] | undefined
  /** What `down` removes. */
  readonly home: string
  readonly auth?: Credentials | undefined
  /** Who signed its certificate, where it has one. */
  readonly caFile?: string | undefined
  /** What its clients read, where they read a file. */
  readonly kubeconfig?: string | undefined
}

/** A server that the tests need for real. */
export interface Service {
  readonly version: string
  readonly recipe: Recipe
  /** Start it so that it stays, and wait until it answers. */
  readonly start: (installation: string, options: { readonly security: boolean }) => Promise<StayingServer>
}

/** Every server that can be had, by name. */
export const SERVICES: Readonly<Record<string, Service>> = {
  'elasticsearch-8': elasticsearch(RELEASES[8]),
  'elasticsearch-9': elasticsearch(RELEASES[9]),
  'kafka-3': kafka(KAFKA_RELEASES[3]),
  'kafka-4': kafka(KAFKA_RELEASES[4]),
  kubernetes: { version: KUBERNETES_VERSION, recipe: kubernetesRecipe, start: startKubernetes },
  registry: { version: REGISTRY_VERSION, recipe: registryRecipe, start: startRegistry },
}

/** The names that a name stands for: `elasticsearch` for every version of it. Empty when there is none. */
export function servicesNamed(name: string): string[] {
  return Object.keys(SERVICES).filter((service) => service === name || service.startsWith(`${name}-`))
}

function elasticsearch(release: Release): Service {
  return {
    version: release.version,
    recipe: elasticsearchRecipe(release),
    start: (installation, options) =>
      ElasticsearchServer.start(release, installation, { ...options, stays: true, optimizes: true }),
  }
}

function kafka(release: KafkaRelease): Service {
  return {
    version: release.version,
    recipe: kafkaRecipe(release),
    start: async (installation, options) => {
      const cluster = await KafkaCluster.start(release, installation, { ...options, stays: true, optimizes: true })
      const { home, security } = cluster
      const [url = ''] = security === undefined ? cluster.brokers : cluster.saslBrokers
      return { url, identity: cluster.identity(), home, auth: security?.admin, caFile: security?.caFile }
    },
  }
}

async function startRegistry(
  installation: string,
  { security }: { readonly security: boolean },
): Promise<StayingServer> {
  if (security) throw new Error('Cannot start "registry" with security: it has none; leave "--security" out')
  return RegistryServer.start(installation, { stays: true })
}

async function startKubernetes(
  installation: string,
  { security }: { readonly security: boolean },
): Promise<StayingServer> {
  if (security) throw new Error('Cannot start "kubernetes" with security: it always has users; leave "--security" out')
  return KubernetesServer.start(installation, { stays: true })
}
