import { parseArgs } from 'node:util'
import { didYouMean } from '../config/nearest.ts'
import { FlagshipError } from '../errors.ts'
import { printable } from './printable.ts'

/** One option of a command; `values` lists all it may be set to. */
export interface OptionDefinition {
  readonly type: 'string' | 'boolean'
  readonly short?: string
  readonly values?: readonly string[]
}

type Definitions = Readonly<Record<string, OptionDefinition>>

/** `true` or absent for a switch, the text or absent for an option with a value. */
export type OptionValues<D extends Definitions> = {
  readonly [N in keyof D]?: D[N]['type'] extends 'string'
    ? D[N] extends { readonly values: readonly (infer V)[] }
      ? V
      : string
    : boolean
}

/**
 * Read the arguments of `command`. The last one wins where an option is given twice; what follows `--` is positional.
 * @throws FlagshipError USAGE on an unknown option, a missing or impossible value, or more than `maxPositionals`.
 */
export function parseOptions<const D extends Definitions>(
  command: string,
  args: readonly string[],
  definitions: D,
  maxPositionals = 0,
): { readonly values: OptionValues<D>; readonly positionals: readonly string[] } {
  // Tokens and `strict: false` tell what was typed; Node's own messages name neither the command nor a remedy.
  const { tokens } = parseArgs({
    args: [...args],
    options: parseArgsOptions(definitions),
    allowPositionals: true,
    strict: false,
    tokens: true,
  })
  const values: Record<string, string | boolean> = {}
  const positionals: string[] = []
  for (const token of tokens) {
    if (token.kind === 'positional') positionals.push(token.value)
    if (token.kind === 'option') values[token.name] = valueOf(command, definitions, token)
  }
  const surplus = positionals[maxPositionals]
  if (surplus !== undefined) throw usageError(command, `Cannot take argument "${printable(surplus)}"`, 'one too many')
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- checked against `definitions` name by name above
  return { values: values as OptionValues<D>, positionals }
}

/** A mistake on the command line, with the way out. */
export function usageError(command: string, what: string, state: string): FlagshipError {
  return new FlagshipError('USAGE', `${what}: ${state}; see flagship ${command === '' ? '' : `${command} `}--help`)
}

interface OptionToken {
  readonly name: string
  readonly rawName: string
  readonly value: string | undefined
  /** `--name=value`, not `--name value`. */
  readonly inlineValue: boolean | undefined
}

function valueOf(command: string, definitions: Definitions, token: OptionToken): string | boolean {
  const { name, rawName, value } = token
  const definition = Object.hasOwn(definitions, name) ? definitions[name] : undefined
  if (definition === undefined) {
    const known = Object.keys(definitions).map((option) => `--${option}`)
    throw usageError(
      command,
      `Cannot use option "${printable(rawName)}"`,
      `no such option${didYouMean(rawName, known)}`,
    )
  }
  if (definition.type === 'boolean') {
    if (value !== undefined) throw usageError(command, `Cannot use option "${rawName}"`, 'it takes no value')
    return true
  }
  // `parseArgs` takes the next argument as the value whatever it looks like; an option there is a forgotten value.
  if (value === undefined || (token.inlineValue !== true && value.startsWith('--')))
    throw usageError(command, `Cannot use option "${rawName}"`, 'it needs a value')
  if (definition.values !== undefined && !definition.values.includes(value)) {
    const state = `expected ${definition.values.join(', ')}${didYouMean(value, definition.values)}`
    throw usageError(command, `Cannot set "${rawName}" to "${printable(value)}"`, state)
  }
  return value
}

function parseArgsOptions(definitions: Definitions) {
  return Object.fromEntries(
    Object.entries(definitions).map(([name, { type, short }]) => [
      name,
      short === undefined ? { type } : { type, short },
    ]),
  )
}
