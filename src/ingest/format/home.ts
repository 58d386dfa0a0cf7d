import type { EnvoyLine, MoreValues } from '../../record/envoy-line.ts'
import { textOf, wholeNumber } from './json-value.ts'

/** Put a value into a line; false when it is not of the kind the property holds, and then nothing was put. */
export type Assign = (line: EnvoyLine, value: unknown) => boolean

/** Where the value of an operator goes. */
export interface Home {
  /** Property it fills; of two operators for one property only one gets it. */
  readonly property: string
  readonly assign: Assign
  /** Reads what others have put: assigned after them. */
  readonly isLate?: true
  /** Several operators may fill the property: the first value stays. */
  readonly isShared?: true
}

/** A property that holds a text. */
export function text(property: string, set: (line: EnvoyLine, value: string) => void): Home {
  return {
    property,
    assign(line, value) {
      const found = textOf(value)
      if (found === undefined) return false
      set(line, found)
      return true
    },
  }
}

/** A property that holds a whole number, not negative. */
export function number(property: string, set: (line: EnvoyLine, value: number) => void): Home {
  return {
    property,
    assign(line, value) {
      const found = wholeNumber(value)
      if (found === undefined) return false
      set(line, found)
      return true
    },
  }
}

/** The same among the values that only some formats have. */
export function moreText(property: string, set: (more: MoreValues, value: string) => void): Home {
  return text(property, (line, value) => set((line.more ??= {}), value))
}

/** The same for a number. */
export function moreNumber(property: string, set: (more: MoreValues, value: number) => void): Home {
  return number(property, (line, value) => set((line.more ??= {}), value))
}

/** A port joins the address that was logged without it; IPv6 gets its brackets. */
export function port(
  property: 'upstreamHost' | 'upstreamLocalAddress' | 'downstreamLocalAddress' | 'downstreamRemoteAddress',
): Home {
  return {
    property: `${property} port`,
    isLate: true,
    assign(line, value) {
      const address = line[property]
      const found = wholeNumber(value)
      if (address === undefined || found === undefined) return false
      line[property] = address.includes(':') ? `[${address}]:${found}` : `${address}:${found}`
      return true
    },
  }
}
