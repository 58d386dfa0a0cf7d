/** The invariants of the delivery model, as far as they can be seen from outside. */
import type { Loss } from '../../../../src/record/loss.ts'
import { isInside } from '../../../../src/pipeline/ranges.ts'
import { type Expected, idOf, idsOf, type Kubelet, type LogFile, type Piece } from './kubelet.ts'
import type { ScriptedElasticsearch } from './scripted-elasticsearch.ts'
import type { StateDisk } from './state-disk.ts'

const LOSSES = 'logs-envoy.loss-default'

/** What the law is about. */
export interface Scene {
  readonly kubelet: Kubelet
  readonly server: ScriptedElasticsearch
  readonly disk: StateDisk
  readonly deadIds: readonly string[]
}

/** What must never be: (b), (c), (e), (f), and half a line. */
export function brokenSafety({ kubelet, server, disk, deadIds }: Scene): readonly string[] {
  const stored = server.stored()
  const sink = new Set(stored.map(({ id }) => id))
  const dead = new Set(deadIds)
  const lost = lossesOf({ server, disk })
  // The end of a line looks like a line of its own where its beginning is lost.
  const remains = new Set(kubelet.expected.filter((each) => isNamed(each, lost)).flatMap(idsOf))
  const expected = new Map(kubelet.expected.map((each) => [idOf(each), each]))
  return [
    ...server.broken,
    ...stored.flatMap(({ id, text }) =>
      isOf(expected.get(id), text) ? [] : [`"${text}" is no line, or under another id`],
    ),
    ...kubelet.expected.flatMap((each) => {
      const id = idOf(each)
      const isThere = sink.has(id) || dead.has(id)
      const isLost = lost.some((loss) => isCertainlyIn(loss, each))
      return [
        ...(isAnswered(each, disk) && !isThere && !isNamed(each, lost)
          ? [`(c) "${each.text}" is answered and nowhere`]
          : []),
        ...(sink.has(id) && dead.has(id) ? [`(e) "${each.text}" is in the sink and in the dead letter`] : []),
        ...(isThere && isLost ? [`(f) "${each.text}" is named lost, and delivered`] : []),
      ]
    }),
  ]
}

/** What must be at rest: (a). */
export function brokenLaws(scene: Scene): readonly string[] {
  const { kubelet, server, deadIds } = scene
  const there = new Set([...server.stored().map(({ id }) => id), ...deadIds])
  const lost = lossesOf(scene)
  const silent = kubelet.expected.filter(
    (each) => isDue(each, kubelet) && !there.has(idOf(each)) && !isNamed(each, lost),
  )
  const losses = server.stored(LOSSES).map(({ id }) => id)
  const doubled = losses.length - new Set(losses).size
  return [
    ...silent.map(({ text }) => `(a) "${text}" is nowhere and nobody says so`),
    ...(doubled > 0 ? [`${doubled} losses stand twice`] : []),
  ]
}

/** Every loss that is named durably: delivered, or kept with the cursor. */
export function lossesOf({ server, disk }: Pick<Scene, 'server' | 'disk'>): readonly Loss[] {
  const delivered = server.texts(LOSSES).map((text): Loss => JSON.parse(Buffer.from(text, 'base64url').toString()))
  const kept = [...disk.state.losses.values()].map((value): Loss => JSON.parse(JSON.stringify(value)).loss)
  return [...delivered, ...kept]
}

/** A line whose end never came is due once there is nobody any more to write it. */
function isDue({ isWhole }: Expected, kubelet: Kubelet): boolean {
  return isWhole || kubelet.isGone
}

/** The whole text, or its head, marked as cut. */
function isOf(expected: Expected | undefined, text: string): boolean {
  if (expected === undefined) return false
  return text === expected.text || (text.endsWith(' (cut)') && expected.text.startsWith(text.slice(0, -6)))
}

function isAnswered({ pieces, isWhole }: Expected, disk: StateDisk): boolean {
  const [first] = pieces
  return (
    first !== undefined && (isCovered(first, disk) || (isWhole && pieces.some((piece) => isBeforePrefix(piece, disk))))
  )
}

function isCovered(piece: Piece, disk: StateDisk): boolean {
  const entry = entryOf(piece.file, disk)
  return isBeforePrefix(piece, disk) || isInside(entry?.answered ?? [], piece.offsetBytes)
}

function isBeforePrefix({ file, offsetBytes }: Piece, disk: StateDisk): boolean {
  return offsetBytes < (entryOf(file, disk)?.prefixBytes ?? 0)
}

function entryOf(file: LogFile, disk: StateDisk) {
  return disk.state.entries.find(({ fileKey }) => fileKey === file.fileKey)
}

/** A loss that says which line it was. */
function isCertainlyIn({ fileKey, offsetBytes = 0, size }: Loss, { pieces }: Expected): boolean {
  if (fileKey === undefined || size !== 'exact') return false
  return pieces.every((piece) => piece.file.fileKey === fileKey && piece.offsetBytes >= offsetBytes)
}

/** A loss that allows for a line: of a piece of it, or of files that went unseen. */
function isNamed({ pieces }: Expected, losses: readonly Loss[]): boolean {
  return losses.some(({ fileKey, offsetBytes = 0 }) =>
    pieces.some(
      (piece) => fileKey === undefined || (piece.file.fileKey === fileKey && piece.offsetBytes >= offsetBytes),
    ),
  )
}
