import { DEFAULT_SPACE, type Kibana, type KibanaAnswer } from '../../clients/kibana.ts'
import { FlagshipError } from '../../errors.ts'
import { textAt } from '../../sinks/elasticsearch/parts-of-json.ts'

/** What was tried, for the message when it is refused. */
export interface Attempt {
  /** `install saved search "flagship-search-slow"`. */
  readonly what: string
  /** The Kibana privilege it takes, as the role editor names it. */
  readonly privilege: string
}

/** Why Kibana did not do it, and the remedy. */
export function refusal(kibana: Kibana, { what, privilege }: Attempt, answer: KibanaAnswer): FlagshipError {
  const { statusCode } = answer
  const isPassing = statusCode === 429 || statusCode >= 500
  const place = kibana.space === DEFAULT_SPACE ? '' : `, space "${kibana.space}"`
  return new FlagshipError(
    isPassing ? 'SINK_UNAVAILABLE' : 'SINK_MISCONFIGURED',
    `Cannot ${what} in Kibana "${kibana.origin}"${place}: ${statusCode}, ${reasonFor(answer, privilege)}`,
  )
}

function reasonFor(answer: KibanaAnswer, privilege: string): string {
  switch (answer.statusCode) {
    case 401:
      return 'it does not accept the API key or password; give one it knows'
    case 403:
      return `the right is missing; grant the role the Kibana privilege ${privilege} in this space`
    case 404:
      return 'it has no such path; is it a Kibana, and is its base path in the address?'
    default:
      return messageOf(answer)
  }
}

const MOST_MESSAGE = 300

/** Kibana's own words, cut short. */
export function messageOf({ body }: KibanaAnswer): string {
  const message = textAt(body, 'message')
  return message === undefined ? 'no reason given' : message.slice(0, MOST_MESSAGE)
}

/** Kibana says so of an object it does not have; a path it does not have gives a bare 404. */
export function isAbsent(answer: KibanaAnswer): boolean {
  return answer.statusCode === 404 && /\] not found$/i.test(messageOf(answer))
}
