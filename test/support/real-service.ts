import { afterAll, beforeAll, describe } from 'vitest'
import { installationPath, isInstalled, type Recipe } from '../services/cache.ts'
import { areServicesRequired } from './services.ts'

/** Where a recipe has been installed; throws with the remedy when it has not. */
export function installationOf(recipe: Recipe, service: string): string {
  if (isInstalled(recipe)) return installationPath(recipe)
  throw new Error(`Cannot start "${recipe.name}": it is not installed; run "npm run services -- install ${service}"`)
}

/** Whether suites on what a recipe makes are left out in this run: for `describe.skipIf`. */
export function isRecipeLeftOut(recipe: Recipe): boolean {
  return !areServicesRequired() && !isInstalled(recipe)
}

/** What a suite is about, and what it runs on. */
export interface ServerSuite<Server> {
  readonly name: string
  /** `Kafka 4.4.0` */
  readonly product: string
  readonly isLeftOut: boolean
  readonly start: () => Promise<Server>
}

/** A suite on a server of its own that starts before its tests and ends after them. `server` may be called in hooks and tests. */
export function describeOnServer<Server extends { stop(): Promise<void> }>(
  { name, product, isLeftOut, start }: ServerSuite<Server>,
  suite: (server: () => Server) => void,
): void {
  describe.skipIf(isLeftOut)(`${name} on ${product}`, () => {
    let started: Server | undefined
    beforeAll(async () => {
      started = await start()
    })
    afterAll(() => started?.stop())
    suite(() => {
      if (started === undefined) throw new Error(`Cannot use ${product}: it has not been started yet`)
      return started
    })
  })
}
