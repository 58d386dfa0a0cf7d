import type { NamespaceRow } from '../endpoint/row.ts'
import type { FieldReader, JsonObject } from './field-reader.ts'
import { selectLabels } from './labels.ts'
import { labelsOf } from './pod.ts'

/** Read a `v1` Namespace; what is wrong with it is in `reader.problems`, and the row is then not to be used. */
export function namespaceRowOf(
  namespace: JsonObject,
  reader: FieldReader,
  wantedLabels: readonly string[],
): NamespaceRow {
  const metadata = reader.object(namespace, 'metadata')
  return {
    name: reader.requiredText(metadata, 'metadata.name'),
    labels: selectLabels(labelsOf(metadata, reader), wantedLabels),
  }
}
