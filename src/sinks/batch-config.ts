import { type Static, Type } from 'typebox'

/** How documents are put together before a sink gets them; the same for every type of sink. */
export const BatchConfig = Type.Object(
  {
    maxBytes: Type.Integer({
      description: 'A batch is sent when its documents have this many bytes. One document may be larger.',
      default: 1_048_576,
      minimum: 1_024,
      maximum: 104_857_600,
    }),
    maxDocuments: Type.Integer({
      description: 'A batch is sent when it has this many documents.',
      default: 5_000,
      minimum: 1,
      maximum: 100_000,
    }),
    maxAgeMs: Type.Integer({
      description: 'Longest time a document waits for its batch to fill.',
      default: 200,
      minimum: 0,
      maximum: 60_000,
    }),
  },
  { additionalProperties: false, default: {}, description: 'How documents are put together.' },
)
export type BatchConfig = Static<typeof BatchConfig>
