import type { X509Certificate } from 'node:crypto'
import { isIP } from 'node:net'
import { connect, type ConnectionOptions } from 'node:tls'

/** Certificates in a chain, at most. */
const LONGEST_CHAIN = 16

/**
 * The certificate with this SHA-256 fingerprint in the chain that a server shows, in PEM. It becomes the one that is
 * trusted, so that everything else is checked as ever: signatures, dates, the name of the host. Nothing is sent.
 * Rejects with an Error that says why.
 */
export function pinnedCertificate(
  { hostname, port }: URL,
  fingerprint: string,
  { timeoutMs, ...client }: { readonly timeoutMs: number } & ConnectionOptions,
): Promise<string> {
  const host = hostname.startsWith('[') ? hostname.slice(1, -1) : hostname
  return new Promise((resolve, reject) => {
    const named = isIP(host) === 0 ? { servername: host } : {}
    // Not trusted: this connection is closed before anything is written to it.
    const socket = connect({ ...client, ...named, host, port: Number(port) || 443, rejectUnauthorized: false })
    socket.setTimeout(timeoutMs, () => socket.destroy(new Error(`no TLS handshake within ${timeoutMs} ms`)))
    socket.on('error', reject)
    socket.once('close', () => reject(new Error('the connection was closed in the TLS handshake')))
    socket.once('secureConnect', () => {
      const chain = chainOf(socket.getPeerX509Certificate())
      socket.destroy()
      const pinned = chain.find((certificate) => certificate.fingerprint256.replaceAll(':', '') === fingerprint)
      if (pinned !== undefined) return resolve(pinned.toString())
      reject(new Error(`none of the ${chain.length} certificates in its chain has the fingerprint of \`tls\``))
    })
  })
}

function chainOf(leaf: X509Certificate | undefined): readonly X509Certificate[] {
  const chain: X509Certificate[] = []
  for (let each = leaf; each !== undefined && chain.length < LONGEST_CHAIN; each = each.issuerCertificate) {
    if (each.fingerprint256 === chain.at(-1)?.fingerprint256) break
    chain.push(each)
  }
  return chain
}
