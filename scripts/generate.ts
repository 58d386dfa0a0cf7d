/** Writes everything that is derived from tables in the code; with --check it only compares and fails on a difference. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { recordCode } from './generate/record-code.ts'

const root = join(import.meta.dirname, '..')

const outputs: Readonly<Record<string, () => string>> = {
  'src/record/generated/record.ts': recordCode,
}

const isCheck = process.argv.includes('--check')
const stale: string[] = []
for (const [path, render] of Object.entries(outputs)) {
  const file = join(root, path)
  const text = render()
  if (isCheck) {
    if (read(file) !== text) stale.push(path)
  } else {
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text)
  }
}
if (stale.length > 0) {
  process.stderr.write(`Out of date, run "npm run generate": ${stale.join(', ')}\n`)
  process.exitCode = 1
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}
