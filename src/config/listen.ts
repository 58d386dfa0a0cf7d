import { isIP } from 'node:net'

/** Where the HTTP server listens. */
export interface ListenAddress {
  readonly host: string
  readonly port: number
}

const HOST_NAME = /^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$/

/**
 * Read `127.0.0.1:9464`, `localhost:9464`, `[::1]:9464`; undefined when it is no address with a port.
 *
 * An IPv6 address may stand without brackets, because that is what `$(POD_IP):9464` in a manifest becomes.
 */
export function parseListen(text: string): ListenAddress | undefined {
  const colon = text.lastIndexOf(':')
  const bare = text.slice(0, Math.max(colon, 0))
  const isBracketed = bare.startsWith('[') && bare.endsWith(']')
  const host = isBracketed ? bare.slice(1, -1) : bare
  const digits = text.slice(colon + 1)
  const port = /^[0-9]{1,5}$/.test(digits) ? Number(digits) : Infinity
  const isHost = isBracketed ? isIP(host) === 6 : isIP(host) !== 0 || HOST_NAME.test(host)
  return isHost && port <= 65_535 ? { host, port } : undefined
}
