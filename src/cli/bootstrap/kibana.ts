import { kibanaNdjson, kibanaObjects, rules } from '../../bootstrap/kibana/objects.ts'
import { kibanaTarget } from '../../bootstrap/kibana/target.ts'
import { type Instructions, outputFiles } from '../../bootstrap/output.ts'
import { connectKibana, DEFAULT_SPACE, spacePath } from '../../clients/kibana.ts'
import type { ElasticsearchSinkConfig } from '../../sinks/elasticsearch/config.ts'
import { StreamNames } from '../../sinks/elasticsearch/stream-names.ts'
import { usageError } from '../options.ts'
import { printable } from '../printable.ts'
import { checkedUrl, credentialsOf, textOf } from './credentials.ts'
import type { BootstrapOptions } from './options.ts'
import type { Product } from './product.ts'

const NDJSON = 'kibana/flagship.ndjson'

/** What `flagship bootstrap kibana` works with: one space, and the streams of one sink. */
export function kibanaProduct(_sinkName: string, sink: ElasticsearchSinkConfig, options: BootstrapOptions): Product {
  const { namespaces } = new StreamNames(sink)
  const space = spaceOf(options)
  return {
    files() {
      const objects = { namespaces, space }
      const files = outputFiles(kibanaObjects(objects), instructionsOf(rules(objects), space))
      return [[NDJSON, kibanaNdjson(objects)], ...files]
    },
    async connect() {
      const caFile = options['ca-file'] ?? sink.tls?.caFile
      const kibana = connectKibana({
        url: urlOf(options),
        space,
        requestTimeoutMs: sink.requestTimeoutMs,
        auth: await credentialsOf(options),
        ...(caFile !== undefined && { ca: await textOf(caFile) }),
      })
      return {
        target: kibanaTarget(kibana, { namespaces }),
        notes: [],
        afterInstall: async () => [],
        beforeRemove: async () => [],
        remedy: 'remove what uses them, then repeat',
        close: async () => kibana.close(),
      }
    },
  }
}

/** How the objects are applied with curl. */
function instructionsOf(alerts: ReturnType<typeof rules>, space: string): Instructions {
  return {
    title: 'What flagship needs in Kibana',
    intro: `Data view, searches and dashboard are one import, which may be repeated;
a rule that is there has to be deleted before it is made again.`,
    commands: [
      `KIBANA=https://kibana:5601${spacePath(space)} # and add --user or a key below`,
      `curl -fsS -X POST "$KIBANA/api/saved_objects/_import?overwrite=true" -H 'kbn-xsrf: flagship' --form 'file=@${NDJSON}'`,
      `rule() { curl -fsS -X POST "$KIBANA/api/alerting/rule/$1" -H 'kbn-xsrf: flagship' -H 'content-type: application/json' --data-binary "@$2"; }`,
      ...alerts.map(({ id, fileName }) => `rule '${id}' '${fileName}'`),
    ],
  }
}

function urlOf({ url, 'kibana-url': kibanaUrl }: BootstrapOptions): string {
  const [option, text] = kibanaUrl === undefined ? ['--url', url] : ['--kibana-url', kibanaUrl]
  if (text !== undefined) return checkedUrl(option, text)
  throw usageError('bootstrap', 'Cannot bootstrap Kibana', 'option "--url" is missing')
}

/** Kibana's own rule for the ids of spaces. */
function spaceOf({ space = DEFAULT_SPACE }: BootstrapOptions): string {
  if (/^[a-z0-9_-]{1,100}$/.test(space)) return space
  throw usageError('bootstrap', `Cannot use space "${printable(space)}"`, 'expected a-z, 0-9, "_" and "-"')
}
