import { textAt } from './parts-of-json.ts'

/** Why the server of `GET /` cannot be used; undefined when it can, or does not say its version. */
export function versionComplaint(body: unknown): string | undefined {
  const version = textAt(body, 'version', 'number')
  if (version === undefined) return undefined
  const major = Number.parseInt(version, 10)
  if (major === 8 || major === 9) return undefined
  return `the server is Elasticsearch ${version}; supported are 8 and 9`
}
