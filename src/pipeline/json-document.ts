import type { DocumentForm } from '../sinks/batch.ts'

/** A document as JSON that ends with a newline. */
export type JsonDocument = (document: Buffer) => Buffer

/** Gives the JSON of documents that were made in a form. Reading Avro back is loaded only where it may be needed. */
export async function jsonDocument({ encoding }: DocumentForm): Promise<JsonDocument> {
  if (encoding === 'json') return sameDocument
  const { avroDecoder } = await import('../record/avro-decoder.ts')
  const decode = avroDecoder()
  return (document) => {
    const json = decode(document)
    if (json === undefined) throw new Error('a document of ours is no record')
    return Buffer.from(`${json}\n`)
  }
}

/** Of documents that are JSON. */
export function sameDocument(document: Buffer): Buffer {
  return document
}
