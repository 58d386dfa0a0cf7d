import {
  byTime,
  byValue,
  chart,
  type Column,
  countOf,
  type Lens,
  lensAttributes,
  percentileOf,
  shareOf,
  table,
} from './lens.ts'
import { FAILED, SEEN_BY_CALLER } from './questions.ts'
import { type InstallableSavedObject, type Place, type Reference, savedObject } from './saved-object.ts'
import { searchObject, SEARCHES } from './searches.ts'

interface Panel {
  readonly type: 'lens' | 'visualization' | 'search'
  readonly panelIndex: string
  readonly title?: string
  readonly embeddableConfig: object
  readonly panelRefName?: string
  readonly references: readonly Reference[]
  readonly size: { readonly w: number; readonly h: number }
}

const GUIDE = `**What failed, between whom, and why.** Counted are the lines of callers (sidecars and gateways), so each request counts once.

1. Click a cause or a flag to filter everything by it; click a row of *Who to whom* for one pair.
2. Open a line below and read \`event.reason\` and \`envoy.verdict.checks\`: what happened and what to check next.
3. \`http.request.id\` leads to the other proxies on the way: saved search *Envoy: one request by its id*.

A connection stands here at its start; alert rules count it at its end.`

const FAILED_BY_CALLER = { all: [SEEN_BY_CALLER, FAILED] }

/** The visualizations, in the order they stand; two in a row. */
export const VISUALIZATIONS: readonly Lens[] = [
  overTime('Traffic', [byValue('split', 'Outcome', 'event.outcome', 3, 'n'), countOf('n', 'Requests')], SEEN_BY_CALLER),
  {
    title: 'Failure ratio',
    condition: SEEN_BY_CALLER,
    columns: [byTime('time'), ...shareOf('ratio', 'Failures', FAILED)],
    visualizationType: 'lnsXY',
    visualization: chart({ seriesType: 'line', x: 'time', y: 'ratio' }),
  },
  overTime(
    'Causes over time',
    [byValue('split', 'Cause', 'envoy.verdict.cause', 12, 'n'), countOf('n', 'Failures')],
    FAILED_BY_CALLER,
  ),
  // Not callers alone: a flag stands in the line of the proxy that met it, and only there.
  overTime('Flags over time', [byValue('split', 'Flag', 'event.code', 12, 'n'), countOf('n', 'Lines')], {
    exists: 'event.code',
  }),
  {
    title: 'Who to whom',
    condition: SEEN_BY_CALLER,
    columns: [
      byValue('from', 'From', 'envoy.source.workload', 30, 'failed'),
      byValue('to', 'To', 'envoy.destination.service', 10, 'failed'),
      countOf('n', 'Requests'),
      countOf('failed', 'Failures', FAILED),
      ...shareOf('ratio', 'Failure ratio', FAILED),
    ],
    visualizationType: 'lnsDatatable',
    visualization: table(['from', 'to', 'n', 'failed', 'ratio']),
  },
  {
    title: 'Latency by service',
    condition: { all: [SEEN_BY_CALLER, { field: 'network.protocol', is: ['http', 'grpc'] }] },
    columns: [
      byValue('to', 'Service', 'envoy.destination.service', 30, 'n'),
      countOf('n', 'Requests'),
      ...[50, 95, 99].map((percentile) =>
        percentileOf(`p${percentile}`, `p${percentile}`, 'event.duration', percentile),
      ),
    ],
    visualizationType: 'lnsDatatable',
    visualization: table(['to', 'n', 'p50', 'p95', 'p99']),
  },
]

function overTime(
  title: string,
  [split, count]: readonly [Column, Column],
  condition: Lens['condition'] & object,
): Lens {
  return {
    title,
    condition,
    columns: [split, byTime('time'), count],
    visualizationType: 'lnsXY',
    visualization: chart({ seriesType: 'bar_stacked', x: 'time', y: count.id, split: split.id }),
  }
}

/** The dashboard: what to click, six visualizations, the failures themselves. */
export function dashboard(place: Place): InstallableSavedObject {
  const panels = [guide(), ...VISUALIZATIONS.map((lens, index) => lensPanel(lens, index, place)), failures(place)]
  return savedObject(
    {
      type: 'dashboard',
      name: 'flagship-dashboard',
      references: panels.flatMap(({ panelIndex, references }) =>
        references.map((reference) => ({ ...reference, name: `${panelIndex}:${reference.name}` })),
      ),
      attributes: (mark) => ({
        title: 'Envoy: what failed, between whom, and why',
        description: `Managed by flagship (${mark}).`,
        panelsJSON: JSON.stringify(placed(panels)),
        optionsJSON: JSON.stringify(OPTIONS),
        kibanaSavedObjectMeta: {
          searchSourceJSON: JSON.stringify({ query: { language: 'kuery', query: '' }, filter: [] }),
        },
        timeRestore: true,
        timeFrom: 'now-1h',
        timeTo: 'now',
        refreshInterval: { pause: true, value: 60_000 },
        version: 1,
      }),
    },
    place,
  )
}

const OPTIONS = { useMargins: true, syncColors: false, syncCursor: true, syncTooltips: false, hidePanelTitles: false }

function guide(): Panel {
  return {
    type: 'visualization',
    panelIndex: 'guide',
    size: { w: COLUMNS, h: 8 },
    references: [],
    embeddableConfig: {
      enhancements: {},
      savedVis: {
        title: '',
        description: '',
        type: 'markdown',
        params: { fontSize: 12, openLinksInNewTab: false, markdown: GUIDE },
        uiState: {},
        data: { aggs: [], searchSource: { query: { language: 'kuery', query: '' }, filter: [] } },
      },
    },
  }
}

function lensPanel(lens: Lens, index: number, place: Place): Panel {
  const { attributes, references } = lensAttributes(lens, place)
  return {
    type: 'lens',
    panelIndex: `lens-${index}`,
    title: lens.title,
    size: { w: COLUMNS / 2, h: 13 },
    references,
    embeddableConfig: { attributes, enhancements: {} },
  }
}

function failures(place: Place): Panel {
  const [search] = SEARCHES
  const references: Reference[] = []
  if (search !== undefined)
    references.push({ type: 'search', id: searchObject(search, place).id, name: 'panel_failures' })
  return {
    type: 'search',
    panelIndex: 'failures',
    panelRefName: 'panel_failures',
    size: { w: COLUMNS, h: 18 },
    references,
    embeddableConfig: { enhancements: {} },
  }
}

/** Width of a dashboard in Kibana's grid. */
const COLUMNS = 48
/** Kibana migrates what panels hold from this version on. */
const PANEL_VERSION = '8.9.0'

/** From left to right, and on to the next row when one is full. */
function placed(panels: readonly Panel[]): readonly object[] {
  let x = 0
  let y = 0
  return panels.map(({ size: { w, h }, type, panelIndex, title, panelRefName, embeddableConfig }) => {
    const gridData = { x, y, w, h, i: panelIndex }
    x += w
    if (x >= COLUMNS) {
      x = 0
      y += h
    }
    return { version: PANEL_VERSION, type, panelIndex, gridData, title, panelRefName, embeddableConfig }
  })
}
