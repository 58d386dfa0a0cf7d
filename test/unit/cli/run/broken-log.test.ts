import { describe, expect, test } from 'vitest'
import { brokenLog } from '../../../../src/cli/run/broken-log.ts'
import { ManualClock } from '../../fakes/manual-clock.ts'

describe('brokenLog()', () => {
  test('says one line in a minute, and how many messages there were', async () => {
    const clock = new ManualClock()
    const lines: (readonly [object, string])[] = []
    const warn = (fields: object, text: string) => void lines.push([fields, text])
    const log = brokenLog({ info() {}, warn, error() {} }, clock, 'ingest.http.envelope')
    log(3, 'a JSON object', { topic: 'lines' })
    log(2, 'a JSON object')
    await clock.advance(59_999)
    log(1, 'a JSON object')
    expect(lines).toEqual([
      [
        { topic: 'lines', messages: 3 },
        'Cannot open messages: expected a JSON object; they are kept whole, look at ingest.http.envelope',
      ],
    ])
    await clock.advance(1)
    log(4, 'an array')
    expect(lines.slice(1)).toEqual([[{ messages: 7 }, expect.stringContaining('expected an array')]])
  })
})
