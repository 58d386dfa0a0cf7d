import { join } from 'node:path'
import { instructionsOf } from '../../src/bootstrap/elasticsearch/instructions.ts'
import { elasticsearchObjects, type ObjectSettings } from '../../src/bootstrap/elasticsearch/objects.ts'
import { outputFiles } from '../../src/bootstrap/output.ts'

/** A sink `search` with nothing configured. */
export const UNCONFIGURED: ObjectSettings = {
  sinkName: 'search',
  sink: { namespace: 'default', retention: { healthy: '90d' } },
  version: { major: 8, minor: 19 },
  lifecycle: 'stream',
  aliases: true,
  roles: true,
}

/** What `flagship bootstrap elasticsearch --output DIRECTORY` writes for it. */
export function elasticsearchFiles(directory: string): Readonly<Record<string, () => string>> {
  const objects = elasticsearchObjects(UNCONFIGURED)
  const files = outputFiles(objects, instructionsOf(objects))
  return Object.fromEntries(files.map(([fileName, text]) => [join(directory, fileName), () => text]))
}
