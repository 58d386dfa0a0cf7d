import { isMap, isNode, isPair, isScalar, LineCounter, parseDocument, type Node } from 'yaml'
import type { Problem } from './problem.ts'
import type { ConfigPath } from './schema-node.ts'

/** A parsed YAML text that still knows where everything stood. */
export interface YamlFile {
  readonly value: unknown
  /** Syntax errors and duplicate keys. With any but the latter `value` is not to be relied on. */
  readonly problems: readonly Problem[]
  readonly isReadable: boolean
  /** Line of the value at `path`, or of the key itself, or of the nearest parent that is there. */
  lineOf(path: ConfigPath): number | undefined
}

/** Read one YAML 1.2 document. Never throws. */
export function parseYaml(text: string): YamlFile {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, logLevel: 'error' })
  const lineAt = (offset: number) => lines.linePos(offset).line
  const faults = [...document.errors, ...document.warnings]
  const problems: Problem[] = faults.map(({ code, message, pos: [start] }) => ({
    path: [],
    line: lineAt(start),
    message: faultText(code, message, text.slice(start)),
  }))
  const isReadable = document.errors.every(({ code }) => code === 'DUPLICATE_KEY')
  const value = isReadable ? valueOf(document, problems) : undefined
  return {
    value,
    problems,
    isReadable: isReadable && value !== undefined,
    lineOf: (path) => lineOf(document.contents, path, lineAt),
  }
}

function valueOf(document: ReturnType<typeof parseDocument>, problems: Problem[]): unknown {
  try {
    return document.toJS()
  } catch (error) {
    // An alias without its anchor, or aliases that multiply.
    problems.push({
      path: [],
      message: `not YAML: ${error instanceof Error ? firstLine(error.message) : String(error)}`,
    })
    return undefined
  }
}

function lineOf(root: Node | null, path: ConfigPath, lineAt: (offset: number) => number): number | undefined {
  let node: unknown = root
  let line: number | undefined
  for (const step of path) {
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === step)
      if (pair === undefined) return line
      line = startOf(pair.key, lineAt) ?? line
      node = pair.value
    } else {
      node = isNode(node) && 'items' in node && typeof step === 'number' ? itemOf(node.items, step) : undefined
      if (node === undefined) return line
      line = startOf(node, lineAt) ?? line
    }
  }
  return line
}

function itemOf(items: unknown, index: number): unknown {
  const item: unknown = Array.isArray(items) ? items[index] : undefined
  return isPair(item) ? item.value : item
}

function startOf(node: unknown, lineAt: (offset: number) => number): number | undefined {
  return isNode(node) && node.range ? lineAt(node.range[0]) : undefined
}

function faultText(code: string, message: string, rest: string): string {
  if (code === 'DUPLICATE_KEY') return `the key "${/^[^:\s]*/.exec(rest)?.[0] ?? ''}" stands twice in one mapping`
  if (code === 'MULTIPLE_DOCS') return 'a second document begins here, expected one'
  return `not YAML: ${firstLine(message)}`
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? ''
}
