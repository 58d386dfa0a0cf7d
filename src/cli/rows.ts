import { answeredBy, destinationOf, type ShownDocument, sourceOf } from './document.ts'
import { columns } from './table.ts'

/** One row a document: for people who follow a log. */
export function renderRows(documents: readonly ShownDocument[]): string {
  return columns(documents.map(row))
    .map((line) => `${line}\n`)
    .join('')
}

function row(document: ShownDocument): string[] {
  const time = (document['@timestamp'] ?? '').slice(11, 23)
  const { envoy, event } = document
  switch (event?.dataset) {
    case 'envoy.access': {
      const request = `${document.http?.request?.method ?? 'TCP'} ${document.url?.path ?? ''}`.trim()
      const status = `${envoy?.response_code ?? '-'} ${(envoy?.response_flags ?? ['-']).join(',')}`
      const cause = envoy?.verdict?.cause ?? ''
      return [time, `${sourceOf(document)} -> ${destinationOf(document)}`, status, answeredBy(document), cause, request]
    }
    case 'envoy.log':
      return [time, document.log?.logger ?? '', document.log?.level ?? '', '', '', document.message ?? '']
    default:
      return [time, '', document.error?.type ?? '', '', '', document.event?.original ?? '']
  }
}
