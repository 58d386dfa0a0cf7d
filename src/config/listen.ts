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

/** Whether `text` is an address and a prefix length, such as `10.20.0.0/16` or `fd00::/8`. */
export function isCidr(text: string): boolean {
  const [address = '', prefix = '', ...rest] = text.split('/')
  const family = isIP(address)
  if (family === 0 || address.includes('%') || rest.length > 0 || !/^[0-9]{1,3}$/.test(prefix)) return false
  return Number(prefix) <= (family === 4 ? 32 : 128)
}
