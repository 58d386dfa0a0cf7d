import { SERVICES, servicesNamed } from './services.ts'

const COMMANDS = ['install', 'up', 'status', 'down'] as const

/** What can be asked for. */
export type Command = (typeof COMMANDS)[number]

/** What was asked for; without names, every service. */
export interface Order {
  readonly command: Command
  readonly services: readonly string[]
  readonly security: boolean
}

/** An order, or why the arguments are none. */
export type ParsedArguments =
  | { readonly ok: true; readonly order: Order }
  | { readonly ok: false; readonly reason: string }

/** How the command is called. */
export const USAGE = `Usage: npm run services -- install|up|status|down [NAME...] [--security]

  install     fetch and build what is not in the cache yet
  up          install, start servers that stay, and say where they are
  status      what is installed, and what runs
  down        end the servers, and remove their data
  --security  with users and API keys; such a server runs beside the one without

NAME: ${Object.keys(SERVICES).join(', ')}, or the part before the dash for all of them; none: all.
`

/** Read the arguments of the command. */
export function parseArguments(args: readonly string[]): ParsedArguments {
  const options = args.filter((arg) => arg.startsWith('-'))
  const [named, ...names] = args.filter((arg) => !arg.startsWith('-'))
  const unknown = options.find((option) => option !== '--security')
  if (unknown !== undefined) return refused(`option "${unknown}"`)
  const command = COMMANDS.find((candidate) => candidate === named)
  if (command === undefined) return refused(`command "${named ?? ''}"`)
  const stranger = names.find((name) => servicesNamed(name).length === 0)
  if (stranger !== undefined) return refused(`service "${stranger}"`)
  const services = names.length === 0 ? Object.keys(SERVICES) : [...new Set(names.flatMap(servicesNamed))]
  return { ok: true, order: { command, services, security: options.length > 0 } }
}

function refused(what: string): ParsedArguments {
  return { ok: false, reason: `Cannot read arguments: ${what} is not known` }
}
