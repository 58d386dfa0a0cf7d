import { configJsonSchema } from '../config/json-schema.ts'
import { problemsText, readConfig } from '../config/load.ts'
import { type Problem } from '../config/problem.ts'
import { pathText } from '../config/schema-node.ts'
import type { Config } from '../config/schema.ts'
import { kubernetesMode, summaryOf } from '../config/summary.ts'
import { ERRORS, FlagshipError } from '../errors.ts'
import type { Command } from './command.ts'
import { loadInventory } from './inventory.ts'
import { type Io, write } from './io.ts'
import { parseOptions, usageError } from './options.ts'
import { printable } from './printable.ts'

const OPTIONS = {
  config: { type: 'string', short: 'c' },
  json: { type: 'boolean' },
  schema: { type: 'boolean' },
} as const

/** `flagship validate`: everything that is wrong with a configuration, or what it comes to. */
export const command: Command = {
  name: 'validate',
  summary: 'Check a configuration: every problem at once, or what it comes to',
  usage: `Usage: flagship validate --config FILE [--json]
       flagship validate --schema

Options:
  -c, --config FILE  The configuration (YAML)
      --json         The result as one JSON document: the effective configuration, or the problems
      --schema       Print the JSON Schema of the configuration, for editors

Exit code: 0 when valid, 78 when not.

Example: flagship validate --config flagship.yaml
`,
  async run(args, io) {
    const { values } = parseOptions('validate', args, OPTIONS)
    if (values.schema === true) {
      await write(io.stdout, `${JSON.stringify(configJsonSchema(), undefined, 2)}\n`)
      return 0
    }
    if (values.config === undefined) throw usageError('validate', 'Cannot validate', 'option "--config" is missing')
    const { config, problems } = await examine(values.config, io)
    const isValid = config !== undefined && problems.length === 0
    if (values.json === true) await write(io.stdout, jsonOf(config, problems))
    else if (isValid) await write(io.stdout, textOf(values.config, config))
    else throw new FlagshipError('CONFIG_INVALID', problemsText(values.config, problems))
    return isValid ? 0 : ERRORS.CONFIG_INVALID.exitCode
  },
}

interface Findings {
  readonly config: Config | undefined
  readonly problems: readonly Problem[]
}

async function examine(path: string, io: Io): Promise<Findings> {
  const result = readConfig(path, io.env)
  if (!result.ok) return { config: undefined, problems: result.problems }
  return { config: result.config, problems: (await inventoryProblems(result.config)).map(result.placed) }
}

/** A configuration is also wrong when the inventory it names cannot be used. */
async function inventoryProblems(config: Config): Promise<readonly Problem[]> {
  const { inventory } = config.enrich
  if (inventory === undefined || kubernetesMode(config) !== 'inventory') return []
  try {
    await loadInventory(inventory)
    return []
  } catch (error) {
    if (error instanceof FlagshipError) return [{ path: ['enrich', 'inventory'], message: error.message }]
    throw error
  }
}

function textOf(path: string, config: Config): string {
  const rows = summaryOf(config)
  const width = Math.max(...rows.map(([name]) => name.length))
  const lines = rows.map(([name, text]) => `  ${name.padEnd(width)}  ${text}`)
  return [`Configuration "${path}" is valid`, ...lines].map((line) => `${printable(line)}\n`).join('')
}

function jsonOf(config: Config | undefined, problems: readonly Problem[]): string {
  const result =
    config !== undefined && problems.length === 0
      ? { valid: true, config }
      : { valid: false, problems: problems.map(({ path, ...rest }) => ({ path: pathText(path), ...rest })) }
  return `${printableJson(JSON.stringify(result, undefined, 2))}\n`
}

/** Only strings can hold what steers a terminal, and in them an escape says the same. */
function printableJson(text: string): string {
  return text.split('\n').map(printable).join('\n')
}
