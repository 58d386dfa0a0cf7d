import { createSecureContext } from 'node:tls'
import { pemComplaint } from '../../clients/access.ts'
import { RotatingFile } from '../../clients/rotating-file.ts'
import type { Clock } from '../../clock.ts'
import type { ResolverConfig } from '../../config/resolver.ts'
import type { ResolverServer, ServerTls } from '../../enrich/resolver/server.ts'
import { FlagshipError, reasonOf } from '../../errors.ts'
import type { Logger } from '../../logger.ts'

/** Certificates of a server, from files that somebody replaces. */
export interface Certificates {
  /** As they were when they were opened. */
  readonly current: ServerTls
  /** Let the server use what the files have, whenever they change, until `signal`. */
  keep(server: Pick<ResolverServer, 'replaceTls'>, signal: AbortSignal): Promise<void>
}

const LOOK_MS = 10_000

/** Undefined without TLS. @throws FlagshipError INPUT_UNREADABLE, CONFIG_INVALID. */
export async function openCertificates(
  { certificateFile, keyFile, clientCaFile }: ResolverConfig['tls'],
  { clock, logger }: { readonly clock: Clock; readonly logger: Logger },
): Promise<Certificates | undefined> {
  if (certificateFile === undefined || keyFile === undefined) return undefined
  const fileAt = (path: string) => new RotatingFile(path, pemComplaint, clock)
  const [cert, key] = [fileAt(certificateFile), fileAt(keyFile)]
  const ca = clientCaFile === undefined ? undefined : fileAt(clientCaFile)
  const read = async (): Promise<ServerTls> => ({
    cert: await cert.text(false),
    key: await key.text(false),
    ca: await ca?.text(false),
  })
  const current = await readable(read)
  const complaint = complaintOf(current)
  if (complaint !== undefined)
    throw new FlagshipError('CONFIG_INVALID', `Cannot use certificate "${certificateFile}" and its key: ${complaint}`)
  return { current, keep: (server, signal) => keepFresh(read, current, server, { clock, logger, signal }) }
}

async function readable(read: () => Promise<ServerTls>): Promise<ServerTls> {
  try {
    return await read()
  } catch (error) {
    throw new FlagshipError('INPUT_UNREADABLE', reasonOf(error), error)
  }
}

async function keepFresh(
  read: () => Promise<ServerTls>,
  first: ServerTls,
  server: Pick<ResolverServer, 'replaceTls'>,
  { clock, logger, signal }: { readonly clock: Clock; readonly logger: Logger; readonly signal: AbortSignal },
): Promise<void> {
  let known = first
  for (;;) {
    await clock.sleep(LOOK_MS, signal)
    if (signal.aborted) return
    const next = await read()
    if (next.cert === known.cert && next.key === known.key && next.ca === known.ca) continue
    known = next
    const complaint = complaintOf(next)
    if (complaint === undefined) {
      server.replaceTls(next)
      logger.info({}, 'the certificates of tls were replaced')
    } else logger.warn({ reason: complaint }, 'cannot use the new certificates of tls: the old ones stay in use')
  }
}

/** Why they cannot be used together. */
function complaintOf({ cert, key, ca }: ServerTls): string | undefined {
  try {
    createSecureContext({ cert, key, ...(ca === undefined ? {} : { ca }) })
    return undefined
  } catch (error) {
    return reasonOf(error)
  }
}
