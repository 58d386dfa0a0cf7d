import { type Static, Type } from 'typebox'
import { BatchConfig } from '../batch-config.ts'

const Rotate = Type.Object(
  {
    maxBytes: Type.Integer({
      description: 'A new file is begun before the current one would grow beyond this.',
      default: 104_857_600,
      minimum: 4_096,
      maximum: 1_099_511_627_776,
    }),
    maxAgeHours: Type.Number({
      description: 'A new file is begun when the current one is this old.',
      default: 24,
      minimum: 0.01,
      maximum: 8_760,
    }),
    keep: Type.Integer({
      description: 'Finished files that are kept beside the current one; older ones are deleted.',
      default: 5,
      minimum: 1,
      maximum: 10_000,
    }),
  },
  { additionalProperties: false, default: {}, description: 'When a new file is begun, and how many are kept.' },
)

/** A file sink as it is configured. */
export const FileSinkConfig = Type.Object(
  {
    type: Type.Literal('file', { description: 'NDJSON into a file: one JSON document a line.' }),
    path: Type.String({
      description: 'The file being written. Finished ones stand beside it, named `PATH.TIME-NUMBER`.',
      minLength: 1,
      examples: ['/var/log/flagship/access.ndjson'],
    }),
    rotate: Rotate,
    batch: BatchConfig,
  },
  { additionalProperties: false, description: 'File sink: each line once, also after a crash.' },
)
export type FileSinkConfig = Static<typeof FileSinkConfig>
