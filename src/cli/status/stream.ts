import type { Config } from '../../config/schema.ts'

/** Where the progress of an agent stands that reads no files. */
export interface StreamProgress {
  readonly state: string
  /** Undefined where it is in the state directory, which is not used otherwise. */
  readonly deadLetter: string | undefined
}

const MORE = 'an agent that runs says more under /v1/status'

/** For people; undefined of an agent that reads files, which writes down itself how far it has come. */
export function streamProgress({ kafka, http }: Config['ingest']): StreamProgress | undefined {
  if (kafka !== undefined) {
    const { group, brokers, deadLetterTopic } = kafka
    const command = `kafka-consumer-groups.sh --bootstrap-server ${brokers[0]} --group ${group} --describe`
    return {
      state: `none here: it is in the offsets of group "${group}", look with ${command}; ${MORE}`,
      deadLetter: `in topic "${deadLetterTopic}"`,
    }
  }
  if (http === undefined) return undefined
  return { state: `none: who sends keeps the lines until a request is answered; ${MORE}`, deadLetter: undefined }
}
