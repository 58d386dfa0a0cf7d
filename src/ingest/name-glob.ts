/** Globs for names and paths: `*`, `?`, `[a-z]`, `[!a-z]`, and for paths `**` and `{a,b}` too. */

const WILDCARD = /[*?[{]/
/** What one pattern may grow to by its braces. */
const MOST_ALTERNATIVES = 256

/** One step of a pattern: any text, or a test of one character. */
type Step = 'any' | ((character: string) => boolean)

/**
 * A glob for one name, compiled once. Names are not ours: matching takes the product of both lengths at most, which
 * the regular expression of a pattern with several stars does not promise.
 */
export class NameGlob {
  readonly #literal: string | undefined
  readonly #steps: readonly Step[]

  constructor(pattern: string) {
    this.#literal = WILDCARD.test(pattern) ? undefined : pattern
    this.#steps = stepsOf(pattern)
  }

  /** The only name that matches, where there is no wildcard. */
  get literal(): string | undefined {
    return this.#literal
  }

  matches(name: string): boolean {
    if (this.#literal !== undefined) return name === this.#literal
    const steps = this.#steps
    let [at, step, anyStep, anyAt] = [0, 0, -1, 0]
    while (at < name.length) {
      const current = steps[step]
      if (current === 'any') [anyStep, anyAt, step] = [step, at, step + 1]
      else if (current?.(name.charAt(at)) === true) [at, step] = [at + 1, step + 1]
      else if (anyStep === -1) return false
      else [anyAt, at, step] = [anyAt + 1, anyAt + 1, anyStep + 1] // the last star takes one character more
    }
    while (steps[step] === 'any') step += 1
    return step === steps.length
  }
}

/** A pattern with braces as the patterns without them that it stands for, at most 256. */
export function expandBraces(pattern: string): readonly string[] {
  const expanded = [pattern]
  for (let index = 0; index < expanded.length && expanded.length < MOST_ALTERNATIVES; ) {
    const braces = /^(.*)\{([^{}]*,[^{}]*)\}(.*)$/s.exec(expanded[index] ?? '')
    if (braces === null) index += 1
    else expanded.splice(index, 1, ...(braces[2] ?? '').split(',').map((part) => `${braces[1]}${part}${braces[3]}`))
  }
  return [...new Set(expanded)]
}

function stepsOf(pattern: string): readonly Step[] {
  const steps: Step[] = []
  for (let at = 0; at < pattern.length; at += 1) {
    const character = pattern.charAt(at)
    const close = character === '[' ? pattern.indexOf(']', at + 2) : -1
    if (close !== -1) {
      steps.push(oneOf(pattern.slice(at + 1, close)))
      at = close
    } else if (character !== '*') steps.push(character === '?' ? () => true : (other) => other === character)
    else if (steps.at(-1) !== 'any') steps.push('any')
  }
  return steps
}

/** `a-z0`, or with `!` or `^` before it every other character. */
function oneOf(set: string): Step {
  const isNegated = set.startsWith('!') || set.startsWith('^')
  const ranges = (isNegated ? set.slice(1) : set).match(/.-.|./gsu) ?? []
  const isIn = (character: string) => ranges.some((range) => isInRange(character, range))
  return isNegated ? (character) => !isIn(character) : isIn
}

function isInRange(character: string, range: string): boolean {
  return character >= range.charAt(0) && character <= range.charAt(range.length - 1)
}
