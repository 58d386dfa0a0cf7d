/** What avsc believes of bytes that somebody else wrote: mended here, in its own classes, once for the process. */
import avsc from 'avsc'

/** Where avsc reads. */
interface Tap {
  pos: number
  readonly buf: Buffer
  readLong(): number
  readString(): string
}

type Read = (this: object, tap: Tap) => unknown

let isMended = false

/**
 * Bounds arrays and maps by the bytes that are there. avsc takes a block's number of items for true, also beyond the end
 * and with lengths that lead back: ten bytes would fill the memory, or never end.
 */
export function mendAvsc(): void {
  if (isMended) return
  isMended = true
  const { ArrayType, MapType } = avsc.types
  mend(ArrayType.prototype, {
    _read(tap) {
      const items: unknown[] = []
      eachItem(tap, () => items.push(readItem(this, 'itemsType', '_read', tap)))
      return items
    },
    _skip(tap) {
      eachItem(tap, () => readItem(this, 'itemsType', '_skip', tap))
    },
  })
  mend(MapType.prototype, {
    _read(tap) {
      const members: [string, unknown][] = []
      eachItem(tap, () => members.push([tap.readString(), readItem(this, 'valuesType', '_read', tap)]))
      return Object.fromEntries(members)
    },
    _skip(tap) {
      eachItem(tap, () => [tap.readString(), readItem(this, 'valuesType', '_skip', tap)])
    },
  })
}

function mend(prototype: object, methods: { readonly _read: Read; readonly _skip: Read }): void {
  for (const [name, method] of Object.entries(methods)) {
    if (typeof Reflect.get(prototype, name) !== 'function') throw new Error(`avsc has no method "${name}"`)
    Reflect.set(prototype, name, method)
  }
}

function readItem(type: object, key: 'itemsType' | 'valuesType', name: '_read' | '_skip', tap: Tap): unknown {
  const inner: unknown = Reflect.get(type, key)
  return hasMethods(inner) ? inner[name](tap) : undefined
}

function hasMethods(value: unknown): value is Readonly<Record<'_read' | '_skip', (tap: Tap) => unknown>> {
  return typeof value === 'object' && value !== null && '_read' in value
}

/** Each item takes a byte at least, and lies within the bytes. Throws. */
function eachItem(tap: Tap, take: () => unknown): void {
  for (let count = countAt(tap); count > 0; count = countAt(tap))
    for (; count > 0; count -= 1) {
      const at = tap.pos
      take()
      if (tap.pos <= at || tap.pos > tap.buf.length) throw new Error('more items than bytes')
    }
}

/** Behind a negative number stands the size of the block, for who wants to jump. */
function countAt(tap: Tap): number {
  const count = tap.readLong()
  if (count < 0) tap.readLong()
  return Math.abs(count)
}
