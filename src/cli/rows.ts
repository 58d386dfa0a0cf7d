import { answeredBy, hopOf, type ShownDocument, statusOf, timeOf } from './document.ts'
import { columns } from './table.ts'

/** One row a document: for people who follow a log. */
export function renderRows(documents: readonly ShownDocument[]): string {
  return columns(documents.map(row))
    .map((line) => `${line}\n`)
    .join('')
}

function row(document: ShownDocument): string[] {
  switch (document.event?.dataset) {
    case 'envoy.access':
      return [
        timeOf(document),
        hopOf(document),
        statusOf(document),
        answeredBy(document),
        causeOf(document),
        requestOf(document),
      ]
    case 'envoy.log':
      return diagnosticRow(document)
    default:
      return [timeOf(document), '', document.error?.type ?? '', '', '', document.event?.original ?? '']
  }
}

function diagnosticRow({ log, message, ...document }: ShownDocument): string[] {
  return [timeOf(document), log?.logger ?? '', log?.level ?? '', '', '', message ?? '']
}

function causeOf({ envoy }: ShownDocument): string {
  return envoy?.verdict?.cause ?? ''
}

/** `GET /path`, or TCP. */
function requestOf({ http, url }: ShownDocument): string {
  return `${http?.request?.method ?? 'TCP'} ${url?.path ?? ''}`.trim()
}
