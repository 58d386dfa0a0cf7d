import type { Command } from './command.ts'

/** A command that is loaded only when it is asked for: a quick answer must not wait for a server's libraries. */
export interface CommandEntry {
  readonly name: string
  load(): Promise<Command>
}

/** Every command, in the order in which help lists them. */
export const COMMANDS: readonly CommandEntry[] = [
  { name: 'run', load: async () => (await import('./run.ts')).command },
  { name: 'resolver', load: async () => (await import('./resolver.ts')).command },
  { name: 'parse', load: async () => (await import('./parse.ts')).command },
  { name: 'explain', load: async () => (await import('./explain.ts')).command },
  { name: 'validate', load: async () => (await import('./validate.ts')).command },
  { name: 'bootstrap', load: async () => (await import('./bootstrap.ts')).command },
  { name: 'status', load: async () => (await import('./status.ts')).command },
  { name: 'search', load: async () => (await import('./search.ts')).command },
  { name: 'dead-letter', load: async () => (await import('./dead-letter.ts')).command },
  { name: 'demo', load: async () => (await import('./demo.ts')).command },
]
