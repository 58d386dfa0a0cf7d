import { FlagshipError } from '../errors.ts'

/** No answer, or half of one. */
export class RequestFailure extends FlagshipError {
  /** Not a byte of it reached a server that would read it. */
  readonly isSurelyUnsent: boolean

  constructor(message: string, isSurelyUnsent: boolean) {
    super('SINK_UNAVAILABLE', message)
    this.isSurelyUnsent = isSurelyUnsent
  }
}
