import { didYouMean } from '../config/nearest.ts'
import type { Config } from '../config/schema.ts'
import type { ElasticsearchSinkConfig } from '../sinks/elasticsearch/config.ts'
import { usageError } from './options.ts'
import { printable } from './printable.ts'

/**
 * Name and settings of the only sink of type elasticsearch, or of the one that is named.
 * @throws FlagshipError USAGE, with the help of `command`.
 */
export function elasticsearchSink(
  command: string,
  { sinks }: Config,
  name: string | undefined,
): readonly [string, ElasticsearchSinkConfig] {
  const all = Object.entries(sinks).flatMap(([key, sink]) =>
    sink.type === 'elasticsearch' ? [[key, sink] as const] : [],
  )
  const names = all.map(([key]) => key)
  const [only, another] = all
  if (name === undefined && only !== undefined && another === undefined) return only
  if (name === undefined) {
    const state =
      only === undefined ? 'the configuration has no sink of type elasticsearch' : `give --sink: ${names.join(', ')}`
    throw usageError(command, 'Cannot choose a sink', state)
  }
  const named = all.find(([key]) => key === name)
  if (named !== undefined) return named
  const state = `there is no sink of type elasticsearch with that name${didYouMean(name, names)}`
  throw usageError(command, `Cannot use sink "${printable(name)}"`, state)
}
