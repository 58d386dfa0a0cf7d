/** What does a line cost from bytes to document? Rounds of each task in turn, in one process: compare by the ratios. */
import { corpusTranscoder, jsonCorpus, parseAndStringifyAll, textCorpus, transcodeAll } from './corpus.ts'

const ROUNDS = Number(process.argv[2] ?? 34) // times 29,661 lines: a million
const WARM_UP = 3

const json = jsonCorpus()
const text = textCorpus()
const lines = json.toString('latin1').split('\n').length - 1
const transcoder = await corpusTranscoder()
const routed = await corpusTranscoder({ encoding: 'json', isRouted: true })
const avro = await corpusTranscoder({ encoding: 'avro', isRouted: true })
const tasks = {
  'JSON.parse + JSON.stringify': () => parseAndStringifyAll(json),
  'transcode JSON': () => transcodeAll(transcoder, json),
  'transcode text': () => transcodeAll(transcoder, text),
  'transcode JSON, with routes': () => transcodeAll(routed, json),
  'transcode JSON to Avro': () => transcodeAll(avro, json),
}

const costs = new Map<string, number[]>(Object.keys(tasks).map((name) => [name, []]))
for (let round = -WARM_UP; round < ROUNDS; round += 1) {
  for (const [name, task] of Object.entries(tasks)) {
    const before = process.cpuUsage()
    task()
    const { user, system } = process.cpuUsage(before)
    if (round >= 0) costs.get(name)?.push((user + system) / lines)
  }
}

const [bare = 0] = [...costs.values()].map(median)
for (const [name, list] of costs) {
  const middle = median(list)
  const spread = `${Math.min(...list).toFixed(2)} - ${Math.max(...list).toFixed(2)}`
  process.stdout.write(
    `${name.padEnd(28)} ${middle.toFixed(2)} CPU s per million lines (${spread}), ${(middle / bare).toFixed(2)} x\n`,
  )
}
const documentBytes = transcodeAll(transcoder, json)
const avroBytes = transcodeAll(avro, json)
process.stdout.write(
  `${(json.length / lines).toFixed(0)} bytes a line, ${(documentBytes / lines).toFixed(0)} bytes a document, ` +
    `${(avroBytes / lines).toFixed(0)} in Avro\n`,
)
process.stdout.write(
  `${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MB resident at most, ${(json.length + text.length) >> 20} MB of them the corpus\n`,
)

function median(list: readonly number[]): number {
  return list.toSorted((a, b) => a - b)[list.length >> 1] ?? Number.NaN
}
