import { printable } from '../printable.ts'
import { columns } from '../table.ts'
import type { ChainStatus, FileStatus } from './chains.ts'
import type { DeadLetterStatus, PipelineReport, StateReport } from './report.ts'
import type { SpoolUse } from './spool.ts'
import type { StreamProgress } from './stream.ts'

const MOST_CHAINS = 20
/** Of one chain the newest are shown: a chain may have many that are done. */
const MOST_FILES = 10
const MOST_REASONS = 5

/** A report for people. Paths and reasons in it come from outside: every line is made safe to print. */
export function renderReport(report: StateReport): string {
  const { directory, holder, stream, pipelines, nowMs } = report
  const isUsed = stream?.deadLetter === undefined
  const held = isUsed ? (holder === undefined ? 'no agent runs' : `held by ${holder}`) : 'not used'
  const lines = [
    `State directory "${directory}": ${held}`,
    ...pipelines.flatMap((pipeline) => ['', ...pipelineLines(pipeline, stream, nowMs)]),
  ]
  return lines.map((line) => `${printable(line)}\n`).join('')
}

function pipelineLines(pipeline: PipelineReport, stream: StreamProgress | undefined, nowMs: number): readonly string[] {
  const { name, chains, deadLetter } = pipeline
  if (stream !== undefined) {
    const state = ['  state', stream.state] as const
    return [`sink ${name}`, ...columns([state, ['  dead letter', stream.deadLetter ?? deadLetterText(deadLetter)]])]
  }
  const more = chains.length > MOST_CHAINS ? [`  and ${chains.length - MOST_CHAINS} more`] : []
  return [
    `sink ${name}`,
    ...columns(facts(pipeline, nowMs).map(([fact, text]) => [`  ${fact}`, text])),
    ...chains.slice(0, MOST_CHAINS).flatMap((chain) => chainLines(chain)),
    ...more,
  ]
}

function facts(pipeline: PipelineReport, nowMs: number): readonly (readonly [string, string])[] {
  const { state, notes, watermarkMs, losses, lostBytes, pendingLosses, spool, deadLetter, chains } = pipeline
  if (state === 'none') return [['state', 'none: it has never run']]
  const notBegunBytes = spool?.notBegunBytes ?? 0
  const lagBytes = chains.reduce((sum, chain) => sum + chain.lagBytes, 0)
  const pending = pendingLosses === 0 ? '' : `, ${pendingLosses} still to be delivered`
  return [
    ...(state === 'older' ? [['state', 'commits are missing: all that is there is in doubt'] as const] : []),
    ...notes.map((note) => ['damage', note] as const),
    ['watermark', watermarkText(watermarkMs, nowMs)],
    ['losses', losses === 0 ? 'none' : `${losses}, ${number(lostBytes)} bytes as far as known${pending}`],
    ['spool', spoolText(spool)],
    ['dead letter', deadLetterText(deadLetter)],
    ['files', `${number(chains.length)} chains, ${number(lagBytes + notBegunBytes)} bytes not answered`],
  ]
}

function spoolText(spool: SpoolUse | undefined): string {
  if (spool === undefined) return 'none'
  const notBegun = spool.notBegunBytes === 0 ? '' : `; ${number(spool.notBegunBytes)} bytes in files not begun yet`
  return `${number(spool.files)} files, ${number(spool.keptBytes)} bytes only it keeps${notBegun}`
}

function watermarkText(watermarkMs: number | undefined, nowMs: number): string {
  if (watermarkMs === undefined) return 'not known yet'
  const behind = Math.max(Math.round((nowMs - watermarkMs) / 1_000), 0)
  return `${new Date(watermarkMs).toISOString()}, ${number(behind)} s behind now`
}

function deadLetterText({ documents, bytes, oldest, reasons }: DeadLetterStatus): string {
  if (documents === 0) return 'empty'
  const shown = reasons.slice(0, MOST_REASONS).map(([reason, count]) => `${reason} ${count}`)
  const more = reasons.length > MOST_REASONS ? [`${reasons.length - MOST_REASONS} more reasons`] : []
  const since = oldest === undefined ? '' : `, oldest ${oldest}`
  return `${number(documents)} documents, ${number(bytes)} bytes${since}: ${[...shown, ...more].join(', ')}`
}

function chainLines({ scope, lagBytes, lagSeconds, files }: ChainStatus): readonly string[] {
  const lag = lagBytes === 0 ? 'nothing behind' : `${number(lagBytes)} bytes${ageText(lagSeconds)} behind`
  const older = files.length > MOST_FILES ? [`      ${files.length - MOST_FILES} older ones`] : []
  return [
    `    ${scope.replaceAll('\0', ' ')}: ${lag}`,
    ...older,
    ...columns(files.slice(-MOST_FILES).map((file) => [`      ${file.path}`, ...fileCells(file)])),
  ]
}

function fileCells(file: FileStatus): readonly string[] {
  const { cursorBytes, sizeBytes, answered, sentBytes, lagBytes } = file
  const beyondBytes = answered.reduce((sum, [from, to]) => sum + to - from, 0)
  const size = sizeBytes === undefined ? '' : ` of ${number(sizeBytes)}`
  return [
    stateText(file),
    `cursor ${number(cursorBytes)}${size}`,
    lagBytes === undefined ? 'lag not known' : `lag ${number(lagBytes)}${ageText(file.lagSeconds)}`,
    [
      ...(answered.length === 0 ? [] : [`${number(beyondBytes)} answered beyond it in ${answered.length} ranges`]),
      ...(sentBytes !== undefined && sentBytes > cursorBytes ? [`sent up to ${number(sentBytes)} at most`] : []),
    ].join(', '),
  ]
}

function stateText({ state, goneSinceMs }: FileStatus): string {
  if (state !== 'gone') return state
  return goneSinceMs === undefined ? 'gone' : `gone since ${new Date(goneSinceMs).toISOString()}`
}

function ageText(lagSeconds: FileStatus['lagSeconds']): string {
  if (lagSeconds === undefined) return ''
  const { atLeast, atMost } = lagSeconds
  if (atMost === undefined) return `, ${number(atLeast)} s or more`
  return atMost === atLeast ? `, ${number(atLeast)} s` : `, ${number(atLeast)} to ${number(atMost)} s`
}

function number(value: number): string {
  return value.toLocaleString('en')
}
