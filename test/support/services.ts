import type { TestProject } from 'vitest/node'
import { isInstalled } from '../services/cache.ts'
import { SERVICES } from '../services/services.ts'

/** Whether a run without the real servers is a failure, as it is where changes are accepted. */
export function areServicesRequired(env: NodeJS.ProcessEnv = process.env): boolean {
  return env['FLAGSHIP_REQUIRE_SERVICES'] === '1'
}

/** What a run says at its end when it left suites out; undefined when it left out none. */
export function leftOutLine(missing: readonly string[]): string | undefined {
  if (missing.length === 0) return undefined
  const command = `npm run services -- install ${missing.join(' ')} && npm test`
  return `Left out: the suites on real servers that are not installed (${missing.join(', ')}). To run them: ${command}`
}

/** Called by vitest before a run; what it returns is called after it. Unit tests never need a server. */
export default function setup({ vitest }: TestProject): () => void {
  const needsServers = !areServicesRequired() && vitest.projects.some(({ name }) => name !== 'unit')
  const line = leftOutLine(needsServers ? Object.keys(SERVICES).filter(isMissing) : [])
  return () => {
    if (line !== undefined) process.stderr.write(`${line}\n`)
  }
}

function isMissing(name: string): boolean {
  const service = SERVICES[name]
  return service !== undefined && !isInstalled(service.recipe)
}
