import { registryRecipe } from '../services/registry/recipe.ts'
import { RegistryServer } from '../services/registry/server.ts'
import { installationOf, isRecipeLeftOut } from './real-service.ts'

export type { RegistryServer } from '../services/registry/server.ts'

/** Start a real schema registry (7 s) that ends with this process at the latest. It must have been installed. */
export async function startRegistry(): Promise<RegistryServer> {
  return RegistryServer.start(installationOf(registryRecipe, 'registry'))
}

/** Whether suites on it are left out in this run: for `describe.skipIf`. */
export function isRegistryLeftOut(): boolean {
  return isRecipeLeftOut(registryRecipe)
}
