import { afterAll, beforeAll, describe } from 'vitest'
import { installationPath, isInstalled } from '../services/cache.ts'
import { elasticsearchRecipe, RELEASES } from '../services/elasticsearch/recipe.ts'
import { type ElasticsearchOptions, ElasticsearchServer } from '../services/elasticsearch/server.ts'
import { areServicesRequired } from './services.ts'

export type { ElasticsearchServer } from '../services/elasticsearch/server.ts'

/** The major versions that flagship is tested with. */
export type ElasticsearchMajor = keyof typeof RELEASES

const MAJORS = [9, 8] as const

/** Start a real Elasticsearch (6-7 s) that ends with this process at the latest. It must have been installed. */
export async function startElasticsearch(
  major: ElasticsearchMajor,
  options: Omit<ElasticsearchOptions, 'stays'> = {},
): Promise<ElasticsearchServer> {
  const recipe = elasticsearchRecipe(RELEASES[major])
  if (isInstalled(recipe)) return ElasticsearchServer.start(RELEASES[major], installationPath(recipe), options)
  const remedy = 'run "npm run services -- install elasticsearch"'
  throw new Error(`Cannot start "${recipe.name}": it is not installed; ${remedy}`)
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
    const { version } = RELEASES[major]
    describe.skipIf(isLeftOut(major))(`${name} on Elasticsearch ${version}`, () => {
      let started: ElasticsearchServer | undefined
      beforeAll(async () => {
        started = await startElasticsearch(major, options)
      })
      afterAll(() => started?.stop())
      suite(() => {
        if (started === undefined) throw new Error(`Cannot use Elasticsearch "${version}": it has not been started yet`)
        return started
      }, major)
    })
  }
}

/** Whether suites on this version are left out in this run: for `describe.skipIf`. */
export function isLeftOut(major: ElasticsearchMajor): boolean {
  return !areServicesRequired() && !isInstalled(elasticsearchRecipe(RELEASES[major]))
}
