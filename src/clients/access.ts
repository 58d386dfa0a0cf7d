import type { Clock } from '../clock.ts'
import { type Complain, RotatingFile } from './rotating-file.ts'

/** Whom we trust, and who we are in TLS; texts are PEM. */
export interface Trust {
  readonly ca: string | undefined
  readonly cert: string | undefined
  readonly key: string | undefined
  /** SHA-256 of one certificate that is trusted in place of `ca`: 64 hexadecimal digits, upper case. */
  readonly fingerprint: string | undefined
}

/** Who we are and whom we trust, as the files had it at one time. */
export interface Access {
  readonly authorization: string | undefined
  readonly trust: Trust
}

/** Credentials that stand in no file. */
export type Auth = { readonly apiKey: string } | { readonly username: string; readonly password: string }

/** Where credentials and certificates are: every file may be replaced while we run. */
export interface AccessFiles {
  readonly apiKeyFile?: string
  readonly bearerTokenFile?: string
  readonly username?: string
  readonly passwordFile?: string
  readonly tls?: {
    readonly caFile?: string
    readonly fingerprint?: string
    readonly certificateFile?: string
    readonly keyFile?: string
  }
  /** In place of the files with credentials. */
  readonly auth?: Auth | undefined
}

/** Reads credentials and certificates again when their files change. */
export class RotatingAccess {
  readonly #files: AccessFiles
  readonly #secret: RotatingFile | undefined
  readonly #pem: readonly (RotatingFile | undefined)[]
  #access: Access | undefined

  constructor(files: AccessFiles, clock: Clock) {
    const { tls, apiKeyFile, bearerTokenFile, passwordFile, auth } = files
    this.#files = files
    const fileAt = (path: string | undefined, complain: Complain) =>
      path === undefined ? undefined : new RotatingFile(path, complain, clock)
    const token = fileAt(apiKeyFile ?? bearerTokenFile, tokenComplaint)
    this.#secret = auth === undefined ? (token ?? fileAt(passwordFile, () => undefined)) : undefined
    this.#pem = [tls?.caFile, tls?.certificateFile, tls?.keyFile].map((path) => fileAt(path, pemComplaint))
  }

  /**
   * What holds now: the same object until something changes. `isUrgent` where the last one was just refused.
   * @throws RequestFailure while a file was never there.
   */
  async current(isUrgent = false): Promise<Access> {
    const [secret, ca, cert, key] = await Promise.all(
      [this.#secret, ...this.#pem].map(async (file) => file?.text(isUrgent)),
    )
    const authorization = this.#authorization(secret)
    const trust = this.#trust(ca, cert, key)
    const known = this.#access
    if (known?.trust === trust && known.authorization === authorization) return known
    this.#access = { authorization, trust }
    return this.#access
  }

  /** The one that is known, while it is the same: connections are kept by it. */
  #trust(ca: string | undefined, cert: string | undefined, key: string | undefined): Trust {
    const known = this.#access?.trust
    if (known !== undefined && known.ca === ca && known.cert === cert && known.key === key) return known
    const fingerprint = this.#files.tls?.fingerprint?.replaceAll(':', '').toUpperCase()
    return { ca, cert, key, fingerprint }
  }

  #authorization(secret: string | undefined): string | undefined {
    const { auth, username, apiKeyFile, bearerTokenFile } = this.#files
    if (auth !== undefined) return authorizationOf(auth)
    if (secret === undefined) return undefined
    if (apiKeyFile !== undefined) return authorizationOf({ apiKey: secret })
    if (bearerTokenFile !== undefined) return `Bearer ${secret}`
    return username === undefined ? undefined : authorizationOf({ username, password: secret })
  }
}

/** The header that shows who we are; the same for Elasticsearch and Kibana. */
export function authorizationOf(auth: Auth): string {
  if ('apiKey' in auth) return `ApiKey ${auth.apiKey}`
  return `Basic ${Buffer.from(`${auth.username}:${auth.password}`).toString('base64')}`
}

/** Why a text is no PEM; nothing where it is. */
export function pemComplaint(text: string): string | undefined {
  const count = text.split('-----BEGIN ').length
  const isWhole = count > 1 && count === text.split('-----END ').length && text.endsWith('-----')
  return isWhole ? undefined : 'it is not whole PEM'
}

/** Why a text is no key or token, which stand in a header as they are; nothing where it is. */
export function tokenComplaint(text: string): string | undefined {
  return /^[!-~]+$/.test(text) ? undefined : 'it holds more than one word of printable ASCII'
}
