import type { Mechanism, SASLOptions } from 'kafkajs'
import type { Clock } from '../../clock.ts'
import { pemComplaint, tokenComplaint } from '../access.ts'
import { type Complain, RotatingFile } from '../rotating-file.ts'

/** Where credentials and certificates are: every file may be replaced while we run. */
export interface KafkaAccessFiles {
  /** Present where the brokers speak TLS. */
  readonly tls?: { readonly caFile?: string; readonly certificateFile?: string; readonly keyFile?: string }
  readonly sasl?: {
    readonly mechanism: 'PLAIN' | 'SCRAM-SHA-256' | 'SCRAM-SHA-512' | 'OAUTHBEARER'
    readonly username?: string
    readonly passwordFile?: string
    readonly tokenFile?: string
  }
}

/** Whom we trust, and who we are in TLS; texts are PEM. */
interface KafkaTrust {
  readonly ca?: string
  readonly cert?: string
  readonly key?: string
}

/** Credentials and certificates for connections that kafkajs makes whenever it likes: as the files have them by then. */
export class KafkaAccess {
  readonly #files: KafkaAccessFiles
  readonly #secretFile: RotatingFile | undefined
  readonly #pemFiles: readonly (RotatingFile | undefined)[]
  #secret = ''
  #trust: KafkaTrust = {}

  constructor(files: KafkaAccessFiles, clock: Clock) {
    const { tls, sasl } = files
    this.#files = files
    const fileAt = (path: string | undefined, complain: Complain) =>
      path === undefined ? undefined : new RotatingFile(path, complain, clock)
    this.#secretFile = fileAt(sasl?.tokenFile, tokenComplaint) ?? fileAt(sasl?.passwordFile, () => undefined)
    this.#pemFiles = [tls?.caFile, tls?.certificateFile, tls?.keyFile].map((path) => fileAt(path, pemComplaint))
  }

  /** Read what has changed. @throws RequestFailure while a file was never there. */
  async refresh(isUrgent = false): Promise<void> {
    const [secret, ca, cert, key] = await Promise.all(
      [this.#secretFile, ...this.#pemFiles].map(async (file) => file?.text(isUrgent)),
    )
    this.#secret = secret ?? ''
    this.#trust = {
      ...(ca !== undefined && { ca }),
      ...(cert !== undefined && { cert }),
      ...(key !== undefined && { key }),
    }
  }

  /** For `tls.connect`, as it was read last. */
  get trust(): KafkaTrust {
    return this.#trust
  }

  get isTls(): boolean {
    return this.#files.tls !== undefined
  }

  /** A new object each time: kafkajs writes into it what it made of the credentials. It asks for them at every login. */
  sasl(): SASLOptions | Mechanism | undefined {
    const { sasl } = this.#files
    if (sasl === undefined) return undefined
    if (sasl.mechanism === 'OAUTHBEARER') return bearerLogin(() => this.#token())
    const { username = '' } = sasl
    const secret = () => this.#secret
    const login = {
      username,
      get password() {
        return secret()
      },
    }
    return Object.defineProperties(MECHANISMS[sasl.mechanism](), Object.getOwnPropertyDescriptors(login))
  }

  async #token(): Promise<string> {
    await this.refresh()
    return this.#secret
  }
}

/**
 * A login by a token. That of kafkajs does not look at the answer (broker/saslAuthenticator/oauthBearer.js): a token that
 * is refused counts as a login until the broker hangs up, without a word.
 */
function bearerLogin(token: () => Promise<string>): Mechanism {
  return {
    mechanism: 'oauthbearer',
    authenticationProvider: ({ saslAuthenticate }) => {
      const say = (text: string) =>
        saslAuthenticate({ request: { encode: () => withLength(text) }, response: CHALLENGE })
      return {
        authenticate: async () => {
          const challenge = await say(`n,,\u0001auth=Bearer ${await token()}\u0001\u0001`)
          if (challenge !== '') await say('\u0001') // asks for the error (RFC 7628, 3.2.3)
        },
      }
    },
  }
}

const LENGTH_BYTES = 4

function withLength(text: string): Buffer {
  const bytes = Buffer.alloc(LENGTH_BYTES + Buffer.byteLength(text))
  bytes.writeInt32BE(bytes.write(text, LENGTH_BYTES))
  return bytes
}

/** Why a token is refused; empty where it is taken. */
const CHALLENGE = {
  decode: (bytes: Buffer) => bytes.subarray(LENGTH_BYTES),
  parse: (text: Buffer) => text.toString(),
}

const NOBODY = { username: '', password: '' }
const MECHANISMS = {
  PLAIN: (): SASLOptions => ({ mechanism: 'plain', ...NOBODY }),
  'SCRAM-SHA-256': (): SASLOptions => ({ mechanism: 'scram-sha-256', ...NOBODY }),
  'SCRAM-SHA-512': (): SASLOptions => ({ mechanism: 'scram-sha-512', ...NOBODY }),
}
