/**
 * Prints messages.txt: the fields of the kinds that the fake serves, as the Go types of Kubernetes number them.
 * Usage: node read-types.ts ~/go/pkg/mod/k8s.io 0.37.1 > messages.txt
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const ROOTS = ['Pod', 'Service', 'Node', 'Namespace', 'ListMeta', 'Status', 'DeleteOptions']
const FIELD = /^\s+(?:\w+\s+)?(\S+)\s+`.*?json:"([^,"]*)[^"]*".*? protobuf:"(?:bytes|varint),(\d+),/
const INTEGER = /^u?int(32|64)?$/
/** Types with a form of their own in JSON. */
const SPECIAL = ['Time', 'MicroTime', 'Quantity', 'IntOrString', 'FieldsV1']

const [modules = '', version = ''] = process.argv.slice(2)
const structs = new Map<string, string[]>()
const maps = new Map<string, string>()
for (const path of ['api@V/core/v1', 'apimachinery@V/pkg/apis/meta/v1'])
  readTypes(readFileSync(join(modules, path.replace('V', `v${version}`), 'types.go'), 'utf8'))
const lines: string[] = []
print(ROOTS, new Set())
process.stdout.write(
  `# From k8s.io/api and k8s.io/apimachinery v${version} by read-types.ts\n${lines.sort().join('\n')}\n`,
)

function readTypes(source: string): void {
  let fields: string[] | undefined
  for (const line of source.split('\n')) {
    const [, name, rest = ''] = /^type (\w+) (.*)$/.exec(line) ?? []
    if (name !== undefined && rest.startsWith('struct {')) structs.set(name, (fields = []))
    else if (name !== undefined && rest.startsWith('map[')) maps.set(name, rest)
    else if (line === '}') fields = undefined
    else if (FIELD.test(line)) fields?.push(line)
  }
}

function print(names: readonly string[], seen: Set<string>): void {
  for (const name of names) {
    if (seen.has(name)) continue
    seen.add(name)
    const used: string[] = []
    const fields = (structs.get(name) ?? []).map((line) => fieldOf(line, used))
    lines.push([name, ...fields].join(' '))
    print(used, seen)
  }
}

/** `name=1:string`; `?` is a pointer, which is left out when it is nil, `[]` a list; without a name it stands inline. */
function fieldOf(line: string, used: string[]): string {
  const [, goType = '', json = '', number] = FIELD.exec(line) ?? []
  const isList = goType.startsWith('[]') && goType !== '[]byte'
  const bare = goType.replace(/^\[\](?!byte)/, '')
  const name = bare.replace(/^\*/, '')
  const mark = isList ? '[]' : bare.startsWith('*') ? '?' : ''
  return `${json}=${number}:${kindOf(name, used)}${mark}`
}

function kindOf(goType: string, used: string[]): string {
  if (goType === 'bool') return 'bool'
  if (INTEGER.test(goType)) return 'int'
  if (goType === '[]byte') return 'bytes'
  const map = goType.startsWith('map[') ? goType : maps.get(goType)
  if (map !== undefined) return `map<${kindOf(map.replace(/^map\[\w+\]/, ''), used)}>`
  const name = goType.replace(/^\w+\./, '')
  if (SPECIAL.includes(name)) return name
  if (!structs.has(name)) return 'string'
  used.push(name)
  return name
}
