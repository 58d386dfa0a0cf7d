/** Child of run.ts: `discard.ts TASK CORPUS LINES` reads the corpus again and again, throws the result away, and says what that cost. */
import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { corpusTranscoder, countLines, parseAndStringifyAll, transcodeAll } from './corpus.ts'

const [task, path = '', wanted] = parseArgs({ allowPositionals: true }).positionals
const corpus = readFileSync(path)
const linesPerRound = countLines(corpus)
const transcoder = await corpusTranscoder()

let lines = 0
let documentBytes = 0
while (lines < Number(wanted)) {
  documentBytes += task === 'bare' ? parseAndStringifyAll(corpus) : transcodeAll(transcoder, corpus)
  lines += linesPerRound
}

const { user, system } = process.cpuUsage()
const cost = {
  cpuSecondsPerMillion: (user + system) / lines,
  maxResidentMb: process.resourceUsage().maxRSS / 1024,
  bytesPerLine: corpus.length / linesPerRound,
  bytesPerDocument: documentBytes / lines,
}
process.stdout.write(`${JSON.stringify(cost)}\n`)
