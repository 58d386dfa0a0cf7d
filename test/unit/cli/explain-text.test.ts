import { describe, expect, test } from 'vitest'
import { PRECEDENCE } from '../../../src/enrich/flag/catalogue.ts'
import { paint } from '../../../src/cli/colour.ts'
import { explainFlags } from '../../../src/cli/explain-flags.ts'
import { flagsText } from '../../../src/cli/explain-text.ts'

// oxlint-disable-next-line no-control-regex -- colour is made of control characters
const COLOUR = /\u001b\[\d+m/g

describe('flagsText()', () => {
  const explanation = explainFlags('UC', { status: 503, direction: 'inbound' })

  test('says the same with and without colour', () => {
    const plain = flagsText(explanation, { width: 80, painter: paint(false) })
    const coloured = flagsText(explanation, { width: 80, painter: paint(true) })
    expect(plain).not.toMatch(COLOUR)
    expect(coloured).toMatch(COLOUR)
    expect(coloured.replace(COLOUR, '')).toBe(plain)
  })

  test.for([80, 100])('keeps prose within %i columns and commands whole', (width) => {
    const everything = [explanation, explainFlags(PRECEDENCE.join(','))]
    const lines = everything.flatMap((one) => flagsText(one, { width, painter: paint(false) }).split('\n'))
    const prose = lines.filter((line) => !/^ +(kubectl|istioctl|curl) /.test(line))
    expect(prose.filter((line) => line.length > width)).toEqual([])
    expect(lines).toContainEqual(expect.stringMatching(/kubectl describe pod POD -n NS \| grep -A6 "Last State"$/))
  })
})
