import { type Static, Type } from 'typebox'

/** What becomes of documents that a sink refuses for good; the same for every type of sink that refuses. */
export const DeadLetterConfig = Type.Object(
  {
    maxBytes: Type.Integer({
      description: 'Largest size of the dead letter, the file that refused documents are written to.',
      default: 67_108_864,
      minimum: 65_536,
      maximum: 17_179_869_184,
    }),
    onFull: Type.Enum(['pause', 'drop'], {
      description:
        'What happens when it is full: the pipeline waits until somebody has looked at it, or refused documents are dropped and counted.',
      default: 'pause',
    }),
  },
  { additionalProperties: false, default: {}, description: 'Documents that the sink refuses for good.' },
)
export type DeadLetterConfig = Static<typeof DeadLetterConfig>

/** What a sink that never refuses has. */
export const DEFAULT_DEAD_LETTER: DeadLetterConfig = { maxBytes: 67_108_864, onFull: 'pause' }
