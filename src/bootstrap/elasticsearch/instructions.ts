import type { Instructions } from '../output.ts'
import type { ElasticsearchObject } from './objects.ts'
import { pathOf } from './target.ts'

/** How the objects are put with curl. */
export function instructionsOf(objects: readonly ElasticsearchObject[]): Instructions {
  return {
    title: 'What flagship needs in Elasticsearch',
    intro: `Apply in this order; each may be applied again, and \`flagship bootstrap\` takes
it for its own. Without security in the server, leave the roles out.`,
    commands: [
      'ES=https://elasticsearch:9200 # and add --user or a key below',
      `put() { curl -fsS -X PUT "$ES$1" -H 'content-type: application/json' --data-binary "@$2"; }`,
      ...objects.map((object) => `put '${pathOf(object.kind, object)}' '${object.fileName}'`),
    ],
  }
}
