import { ERRORS } from '../../src/errors.ts'
import { code, generatedFrom, table } from './markdown.ts'

/** docs/generated/errors.md: every code and what the process exits with. */
export function errorsDoc(): string {
  const rows = Object.entries(ERRORS).map(([name, { exitCode, retryable, help }]) => [
    code(name),
    String(exitCode),
    retryable ? 'yes' : 'no',
    help,
  ])
  return `${generatedFrom('src/errors.ts')}

# Errors

What flagship says on stderr names the thing, its place and the remedy. Exit codes are those of \`sysexits.h\`; 0 is
success, and 70 is a bug of ours: set \`FLAGSHIP_DEBUG=1\` for the stack. "Retried" means that the agent goes on by itself.

${table(['Code', 'Exit code', 'Retried', 'Meaning'], rows)}
`
}
