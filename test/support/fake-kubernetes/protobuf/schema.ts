import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** A field of a message. */
export interface Field {
  /** Its key in JSON; undefined when the fields of its message stand beside it (Go's inline). */
  readonly json: string | undefined
  readonly number: number
  /** `string`, `int`, `bool`, `bytes`, `map<KIND>`, a type with a form of its own (`Time`), or the name of a message. */
  readonly kind: string
  readonly isList: boolean
  /** Whether Go has a pointer: nil is left out, while everything else is written also when it is empty. */
  readonly isPointer: boolean
}

/** The fields of a message in the order of their numbers, in which Go writes them. */
export type Message = readonly Field[]

const FIELD = /^(\w*)=(\d+):([\w<>]+)(\[\]|\?|)$/
const MESSAGES = read(readFileSync(join(import.meta.dirname, 'messages.txt'), 'utf8'))

/** The fields of a message; throws when there is none of this name. */
export function messageNamed(name: string): Message {
  const message = MESSAGES.get(name)
  if (message === undefined) throw new Error(`Cannot encode "${name}": messages.txt does not have it`)
  return message
}

/** The kind of the values when a kind is a map. */
export function mapValueKind(kind: string): string | undefined {
  return kind.startsWith('map<') ? kind.slice(4, -1) : undefined
}

function read(text: string): Map<string, Message> {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  return new Map(
    lines.map((line) => {
      const [name = '', ...fields] = line.split(' ')
      return [name, fields.map(fieldIn).sort((a, b) => a.number - b.number)]
    }),
  )
}

function fieldIn(text: string): Field {
  const [, json, number, kind = '', mark] = FIELD.exec(text) ?? []
  return {
    json: json === '' ? undefined : json,
    number: Number(number),
    kind,
    isList: mark === '[]',
    isPointer: mark === '?',
  }
}
