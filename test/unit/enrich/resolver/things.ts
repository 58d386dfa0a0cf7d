import { EndpointIndex } from '../../../../src/enrich/endpoint/index.ts'
import type { StreamLine } from '../../../../src/enrich/resolver/protocol.ts'

/** Things by name, the least an index can hold: namespaces, each with one number. */
export type Things = Readonly<Record<string, number | 'gone'>>

/** An index with these. */
export function indexOf(things: Things = {}): EndpointIndex {
  const index = new EndpointIndex()
  change(index, things)
  return index
}

/** Let things be so; `padding` makes them larger. */
export function change(index: EndpointIndex, things: Things, padding = ''): void {
  for (const [name, value] of Object.entries(things)) {
    if (value === 'gone') index.deleteNamespace(name)
    else index.upsertNamespace({ name, labels: JSON.stringify({ value: String(value), padding }) })
  }
}

/** What an index holds. */
export function thingsOf(index: EndpointIndex): Things {
  const things: [string, number][] = []
  for (const record of index.records()) if (record.kind === 'namespace') things.push([record.row.name, valueOf(record)])
  return Object.fromEntries(things.toSorted(([a], [b]) => (a < b ? -1 : 1)))
}

/** The lines of records of these. */
export function recordLines(things: Things): StreamLine[] {
  return Object.entries(things).map(([name, value]) => ({
    type: 'record',
    record:
      value === 'gone'
        ? { kind: 'gone', key: `namespace/${name}` }
        : { kind: 'namespace', row: { name, labels: JSON.stringify({ value: String(value), padding: '' }) } },
  }))
}

function valueOf({ row }: { readonly row: { readonly labels: string | undefined } }): number {
  const labels: unknown = JSON.parse(row.labels ?? '{}')
  return typeof labels === 'object' && labels !== null && 'value' in labels ? Number(labels.value) : Number.NaN
}
