/** What the configuration says of lines and messages, to what transcodes them. */
import type { Config } from '../../config/schema.ts'
import { type Surroundings, Vantages } from '../../enrich/vantage.ts'
import { type CompiledFormat, compileFormat } from '../../ingest/format/compile.ts'
import type { Formats } from '../../ingest/format/detect.ts'
import type { PipelineParts } from '../../pipeline/open-pipeline.ts'
import { createTranscoder } from '../../pipeline/transcode.ts'
import { MessageTranscoder, type MessageTranscoderSettings } from '../../pipeline/transcode-messages.ts'
import type { DocumentForm } from '../../sinks/batch.ts'
import type { Names } from './names.ts'

type TranscoderNames = Pick<Names, 'index' | 'lookups'>

/** Makes the transcoder of a chain: what its lines are, and who wrote them. */
export function transcoderFactory(config: Config, names: TranscoderNames): PipelineParts['makeTranscoder'] {
  const custom = customFormats(config)
  const surroundings = surroundingsOf(config, names)
  return ({ identity, frame, format }, form) => {
    const settings = { ...lineSettings(config), frame, formats: formatsOf(format, custom) }
    return createTranscoder(settings, new Vantages(surroundings, identity), form)
  }
}

/** Makes the transcoder of the messages of a source: their envelopes say who wrote the lines. */
export function messageTranscoder(
  config: Config,
  names: TranscoderNames,
  { envelope, format }: Pick<MessageTranscoderSettings, 'envelope'> & { readonly format: string },
  form: DocumentForm | undefined,
): MessageTranscoder {
  const settings = { ...lineSettings(config), envelope, formats: formatsOf(format, customFormats(config)) }
  return new MessageTranscoder(settings, new Vantages(surroundingsOf(config, names), {}), form)
}

function lineSettings({ ingest }: Config) {
  const { logLevel: minLevel, keepOriginal, maxLineBytes } = ingest
  return { minLevel, keepOriginal, maxLineBytes, now: Date.now }
}

function customFormats({ ingest }: Config): readonly CompiledFormat[] {
  return Object.entries(ingest.formats).map(([name, format]) => compileFormat(name, format))
}

function surroundingsOf({ cluster, labels }: Config, { index, lookups }: TranscoderNames): Surroundings {
  return {
    index,
    lookups,
    clusterName: cluster,
    labels: Object.keys(labels).length === 0 ? undefined : JSON.stringify(labels),
  }
}

/** `format` is `auto`, the name of a configured format, or a format string; validated with the configuration. */
function formatsOf(format: string, custom: readonly CompiledFormat[]): Formats {
  if (format === 'auto') return { pinned: undefined, custom }
  const named = custom.find((each) => each.name === `custom:${format}`)
  return { pinned: named ?? compileFormat('file', format), custom }
}
