import { type Static, Type } from 'typebox'
import { BatchConfig } from '../batch-config.ts'

/** A standard output sink as it is configured. */
export const StdoutSinkConfig = Type.Object(
  {
    type: Type.Literal('stdout', { description: 'NDJSON to standard output: one JSON document a line.' }),
    batch: BatchConfig,
  },
  {
    additionalProperties: false,
    description: 'Standard output sink. A crash may repeat lines: nobody can take back what was printed.',
  },
)
export type StdoutSinkConfig = Static<typeof StdoutSinkConfig>
