import { type Condition, kqlOf } from './condition.ts'
import { dataViewReference } from './data-view.ts'
import type { Place, Reference } from './saved-object.ts'

/** A column of a Lens layer: what is counted or split by. */
export interface Column {
  readonly id: string
  readonly label: string
  readonly operationType: string
  readonly isBucketed: boolean
  readonly [attribute: string]: unknown
}

/** A Lens visualization before it stands in a panel. */
export interface Lens {
  readonly title: string
  /** Which documents; all when absent. */
  readonly condition?: Condition
  readonly columns: readonly Column[]
  readonly visualizationType: 'lnsXY' | 'lnsDatatable'
  readonly visualization: Readonly<Record<string, unknown>>
}

const RECORDS = '___records___'
const LAYER = 'layer'
const KUERY = 'kuery'
const PERCENT = { id: 'percent', params: { decimals: 2 } }

/** How many documents. */
export function countOf(id: string, label: string, condition?: Condition): Column {
  return {
    ...number(id, label),
    operationType: 'count',
    sourceField: RECORDS,
    ...(condition === undefined ? {} : { filter: { language: KUERY, query: kqlOf(condition) } }),
    params: { emptyAsNull: true },
  }
}

export function percentileOf(id: string, label: string, field: string, percentile: number): Column {
  return { ...number(id, label), operationType: 'percentile', sourceField: field, params: { percentile } }
}

/** The share of documents that fit, as the formula and the hidden columns Lens computes it from. */
export function shareOf(id: string, label: string, condition: Condition): readonly Column[] {
  const kql = kqlOf(condition)
  const formula = `count(kql='${kql}') / count()`
  const parts = [`${id}X0`, `${id}X1`] as const
  const part = (suffix: string) => number(`${id}${suffix}`, `Part of ${label}`)
  const tinymathAst = {
    type: 'function',
    name: 'divide',
    args: parts,
    location: { min: 0, max: formula.length },
    text: formula,
  }
  return [
    {
      ...number(id, label),
      operationType: 'formula',
      params: { formula, isFormulaBroken: false, format: PERCENT },
      references: [`${id}X2`],
    },
    {
      ...part('X0'),
      operationType: 'count',
      sourceField: RECORDS,
      filter: { language: KUERY, query: kql },
      params: { emptyAsNull: false },
    },
    { ...part('X1'), operationType: 'count', sourceField: RECORDS, params: { emptyAsNull: false } },
    { ...part('X2'), operationType: 'math', params: { tinymathAst }, references: parts },
  ]
}

export function byTime(id: string): Column {
  return {
    id,
    label: '@timestamp',
    dataType: 'date',
    operationType: 'date_histogram',
    sourceField: '@timestamp',
    isBucketed: true,
    scale: 'interval',
    params: { interval: 'auto', includeEmptyRows: true, dropPartials: false },
  }
}

/** The values of a field with most of the column named `orderBy`. */
export function byValue(id: string, label: string, field: string, size: number, orderBy: string): Column {
  return {
    id,
    label,
    customLabel: true,
    dataType: 'string',
    operationType: 'terms',
    sourceField: field,
    isBucketed: true,
    scale: 'ordinal',
    params: {
      size,
      orderBy: { type: 'column', columnId: orderBy },
      orderDirection: 'desc',
      otherBucket: true,
      missingBucket: true,
      parentFormat: { id: 'terms' },
    },
  }
}

function number(id: string, label: string): Column {
  return { id, label, customLabel: true, dataType: 'number', operationType: '', isBucketed: false, scale: 'ratio' }
}

interface Series {
  readonly seriesType: 'bar_stacked' | 'line'
  readonly x: string
  readonly y: string
  readonly split?: string
}

/** How columns become a chart over time. */
export function chart({ seriesType, x, y, split }: Series): Readonly<Record<string, unknown>> {
  return {
    preferredSeriesType: seriesType,
    legend: { isVisible: true, position: 'right' },
    valueLabels: 'hide',
    fittingFunction: 'None',
    axisTitlesVisibilitySettings: { x: false, yLeft: false, yRight: false },
    layers: [
      {
        layerId: LAYER,
        layerType: 'data',
        seriesType,
        xAccessor: x,
        accessors: [y],
        ...(split === undefined ? {} : { splitAccessor: split }),
      },
    ],
  }
}

/** How columns become a table. */
export function table(columnIds: readonly string[]): Readonly<Record<string, unknown>> {
  return { layerId: LAYER, layerType: 'data', columns: columnIds.map((columnId) => ({ columnId })) }
}

/** A visualization in the form a dashboard holds by value, and its references. */
export function lensAttributes(lens: Lens, place: Place): { attributes: object; references: readonly Reference[] } {
  const references = [dataViewReference(place, `indexpattern-datasource-layer-${LAYER}`)]
  const columns = Object.fromEntries(lens.columns.map(({ id, ...column }) => [id, column]))
  const layer = { columnOrder: Object.keys(columns), columns, incompleteColumns: {} }
  return {
    references,
    attributes: {
      title: lens.title,
      description: '',
      visualizationType: lens.visualizationType,
      type: 'lens',
      references,
      state: {
        visualization: lens.visualization,
        query: { language: KUERY, query: lens.condition === undefined ? '' : kqlOf(lens.condition) },
        filters: [],
        datasourceStates: { formBased: { layers: { [LAYER]: layer } }, textBased: { layers: {} } },
        internalReferences: [],
        adHocDataViews: {},
      },
    },
  }
}
