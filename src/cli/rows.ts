import { answeredBy, hopOf, podStateOf, type ShownDocument, statusOf, timeOf } from './document.ts'
import { columns } from './table.ts'

/** One row a document: for people who follow a log. `when` says what stands first. */
export function renderRows(documents: readonly ShownDocument[], when: When = timeOf): string {
  return columns(documents.map((document) => row(document, when)))
    .map((line) => `${line}\n`)
    .join('')
}

type When = (document: ShownDocument) => string

function row(document: ShownDocument, when: When): string[] {
  switch (document.event?.dataset) {
    case 'envoy.access':
      return [
        when(document),
        hopOf(document),
        statusOf(document),
        answeredBy(document),
        causeOf(document),
        requestOf(document),
      ]
    case 'envoy.log':
      return diagnosticRow(document, when)
    default:
      return [when(document), '', document.error?.type ?? '', '', '', document.event?.original ?? '']
  }
}

function diagnosticRow({ log, message, ...document }: ShownDocument, when: When): string[] {
  return [when(document), log?.logger ?? '', log?.level ?? '', '', '', message ?? '']
}

function causeOf(document: ShownDocument): string {
  const cause = document.envoy?.verdict?.cause ?? ''
  const state = cause.startsWith('pod_') ? podStateOf(document) : undefined
  return state === undefined ? cause : `${cause}: ${state}`
}

/** `GET /path`, or TCP. */
function requestOf({ http, url }: ShownDocument): string {
  return `${http?.request?.method ?? 'TCP'} ${url?.path ?? ''}`.trim()
}
