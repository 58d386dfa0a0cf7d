import { didYouMean } from '../config/nearest.ts'
import type { Config, SinkType } from '../config/schema.ts'
import { usageError } from './options.ts'
import { printable } from './printable.ts'

type Sink = Config['sinks'][string]
type SinkOf<T extends SinkType> = Extract<Sink, { readonly type: T }>

/**
 * Name and settings of the only sink of a type, or of the one that is named.
 * @throws FlagshipError USAGE, with the help of `command`.
 */
export function chosenSink<T extends SinkType>(
  command: string,
  type: T,
  { sinks }: Config,
  name: string | undefined,
): readonly [string, SinkOf<T>] {
  const isOfType = (sink: Sink): sink is SinkOf<T> => sink.type === type
  const all = Object.entries(sinks).flatMap(([key, sink]) => (isOfType(sink) ? [[key, sink] as const] : []))
  const names = all.map(([key]) => key)
  const [only, another] = all
  if (name === undefined && only !== undefined && another === undefined) return only
  if (name === undefined) {
    const state =
      only === undefined ? `the configuration has no sink of type ${type}` : `give --sink: ${names.join(', ')}`
    throw usageError(command, 'Cannot choose a sink', state)
  }
  const named = all.find(([key]) => key === name)
  if (named !== undefined) return named
  const state = `there is no sink of type ${type} with that name${didYouMean(name, names)}`
  throw usageError(command, `Cannot use sink "${printable(name)}"`, state)
}
