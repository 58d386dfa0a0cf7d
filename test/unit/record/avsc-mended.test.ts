import avsc from 'avsc'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { mendAvsc } from '../../../src/record/avsc-mended.ts'

const LIST: avsc.Schema = { type: 'array', items: 'string' }
const MAP: avsc.Schema = { type: 'map', values: 'string' }
const OLD: avsc.schema.RecordType = { type: 'record', name: 'R', fields: [{ name: 'id', type: 'string' }] }
const writers = [LIST, MAP].map(
  (type): avsc.schema.RecordType => ({ ...OLD, fields: [{ name: 'more', type }, ...OLD.fields] }),
)

/** Zigzag, seven bits a byte. */
function long(value: number): readonly number[] {
  const bytes: number[] = []
  let rest = value < 0 ? value * -2 - 1 : value * 2
  for (; rest > 0x7f; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 0x80)
  return [...bytes, rest]
}

/** Items that avsc reads of the bytes, whether it can or not. */
function itemsOf(read: (bytes: Buffer) => unknown, bytes: readonly number[]): number {
  reads = 0
  expect(() => read(Buffer.from(bytes))).toThrow(/items than bytes|truncated|invalid/)
  return reads
}

let reads = 0
const { prototype } = avsc.types.StringType
const original: unknown = Reflect.get(prototype, '_read')

describe('mendAvsc()', () => {
  mendAvsc()
  beforeEach(() => {
    Reflect.set(prototype, '_read', function (this: unknown, tap: unknown): unknown {
      reads += 1
      if (reads > 1_000) throw new Error('too many')
      return typeof original === 'function' ? Reflect.apply(original, this, [tap]) : undefined
    })
  })
  afterEach(() => void Reflect.set(prototype, '_read', original))

  const bombs: readonly (readonly [what: string, bytes: readonly number[]])[] = [
    ['a number that is not there', long(2 ** 40)],
    ['a block of it in bytes', [...long(-(2 ** 40)), ...long(4)]],
    ['a second block of it', [...long(1), ...long(1), 0x78, ...long(1), 0x78, ...long(2 ** 40)]],
    ['a text that leads back to its block', [...long(1), ...long(-2), ...long(0)]],
  ]
  test.for(bombs)('reads a list no further than its bytes go: %s', ([, bytes]) => {
    const type = avsc.Type.forSchema(LIST)
    expect(itemsOf((buffer) => type.fromBuffer(buffer), bytes)).toBeLessThanOrEqual(bytes.length)
  })

  test.for(bombs)('reads a map no further than its bytes go: %s', ([, bytes]) => {
    const type = avsc.Type.forSchema(MAP)
    expect(itemsOf((buffer) => type.fromBuffer(buffer), bytes)).toBeLessThanOrEqual(bytes.length)
  })

  test.for(writers)('skips no further than the bytes go: %j', (writer) => {
    const type = avsc.Type.forSchema(OLD)
    const resolver = type.createResolver(avsc.Type.forSchema(writer))
    expect(() => type.fromBuffer(Buffer.from(long(2 ** 40)), resolver)).toThrow(/items than bytes|truncated|invalid/)
    expect(() => type.fromBuffer(Buffer.from([...long(-1), ...long(-3), ...long(0), 0]), resolver)).toThrow(
      /items than bytes|truncated|invalid/,
    )
  })

  test('reads and skips what is well, in one block and in several', () => {
    const text = [...long(1), 0x78]
    const list = [...long(2), ...text, ...text, ...long(-1), ...long(2), ...text, 0]
    expect(avsc.Type.forSchema(LIST).fromBuffer(Buffer.from(list))).toEqual(['x', 'x', 'x'])
    const map = [...long(1), ...long(1), 0x61, ...text, ...long(-1), ...long(4), ...long(1), 0x62, ...text, 0]
    expect(avsc.Type.forSchema(MAP).fromBuffer(Buffer.from(map))).toEqual({ a: 'x', b: 'x' })
    const type = avsc.Type.forSchema(OLD)
    for (const [index, bytes] of [list, map].entries()) {
      const resolver = type.createResolver(avsc.Type.forSchema(writers[index] ?? OLD))
      expect(type.fromBuffer(Buffer.from([...bytes, ...text]), resolver)).toMatchObject({ id: 'x' })
    }
  })
})
