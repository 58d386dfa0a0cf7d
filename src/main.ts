#!/usr/bin/env node
/** Process entry: the command line comes in, an exit code goes out. The only place that ends the process. */
import { dispatch, reportFailure } from './cli/dispatch.ts'
import { FlagshipError, reasonOf } from './errors.ts'

const { stdin, stdout, stderr, env } = process

/** `flagship parse | head`: the reader has seen enough, so all is well. */
function endWhenReaderLeft(error: NodeJS.ErrnoException): void {
  if (error.code === 'EPIPE') process.exit(0)
  const failure = new FlagshipError('OUTPUT_UNWRITABLE', `Cannot write standard output: ${reasonOf(error)}`, error)
  process.exit(reportFailure(failure, { stderr, env }))
}

function endOnBug(error: unknown): void {
  process.exit(reportFailure(error, { stderr, env }))
}

stdout.on('error', endWhenReaderLeft)
stderr.on('error', () => {}) // nobody is left to be told
process.on('uncaughtException', endOnBug)
process.on('unhandledRejection', endOnBug)
process.exitCode = await dispatch(process.argv.slice(2), { stdin, stdout, stderr, env })
