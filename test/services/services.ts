import type { Credentials } from './ask.ts'
import type { Recipe } from './cache.ts'
import { elasticsearchRecipe, RELEASES, type Release } from './elasticsearch/recipe.ts'
import { ElasticsearchServer } from './elasticsearch/server.ts'
import type { ProcessIdentity } from './process.ts'

/** A server that stays when the process that started it has ended. */
export interface StayingServer {
  readonly url: string
  readonly identity: ProcessIdentity
  /** What `down` removes. */
  readonly home: string
  readonly auth?: Credentials | undefined
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
