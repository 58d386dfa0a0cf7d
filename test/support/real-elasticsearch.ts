import { elasticsearchRecipe, RELEASES } from '../services/elasticsearch/recipe.ts'
import { type ElasticsearchOptions, ElasticsearchServer } from '../services/elasticsearch/server.ts'
import { describeOnServer, installationOf, isRecipeLeftOut } from './real-service.ts'

export type { ElasticsearchServer } from '../services/elasticsearch/server.ts'

/** The major versions that flagship is tested with. */
export type ElasticsearchMajor = keyof typeof RELEASES

const MAJORS = [9, 8] as const

/** Start a real Elasticsearch (6-7 s) that ends with this process at the latest. It must have been installed. */
export async function startElasticsearch(
  major: ElasticsearchMajor,
  options: Omit<ElasticsearchOptions, 'stays'> = {},
): Promise<ElasticsearchServer> {
  const installation = installationOf(elasticsearchRecipe(RELEASES[major]), 'elasticsearch')
  return ElasticsearchServer.start(RELEASES[major], installation, options)
}

/**
 * A suite for each version, on a server of its own that starts before its tests and ends after them. Left out where the
 * version is not installed, unless FLAGSHIP_REQUIRE_SERVICES is 1. `server` may be called in hooks and tests.
 */
export function describeElasticsearch(
  name: string,
  suite: (server: () => ElasticsearchServer, major: ElasticsearchMajor) => void,
  options: Omit<ElasticsearchOptions, 'stays'> = {},
): void {
  for (const major of MAJORS) {
    const product = `Elasticsearch ${RELEASES[major].version}`
    const start = () => startElasticsearch(major, options)
    describeOnServer({ name, product, isLeftOut: isLeftOut(major), start }, (server) => suite(server, major))
  }
}

/** Whether suites on this version are left out in this run: for `describe.skipIf`. */
export function isLeftOut(major: ElasticsearchMajor): boolean {
  return isRecipeLeftOut(elasticsearchRecipe(RELEASES[major]))
}
