import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:net'

/** Below the ports that Linux gives to outgoing connections (net.ipv4.ip_local_port_range), so that a server finds its port free when it comes back. */
const FIRST = 20_000
const LAST = 31_999
/** Each worker of vitest has a share of its own: what one has chosen and not taken yet looks free to the others. */
const SHARES = 8
const SHARE = (LAST + 1 - FIRST) / SHARES
const TRIES = 100
const STARTS = 5

const chosen = new Set<number>()

/** A port of 127.0.0.1 on which nobody listens at this moment, another one each time. */
export async function freePort(): Promise<number> {
  const first = FIRST + SHARE * (Number(process.env['VITEST_POOL_ID'] ?? 0) % SHARES)
  for (let tries = 0; tries < TRIES; tries += 1) {
    const port = randomInt(first, first + SHARE)
    if (chosen.has(port) || !(await isFree(port))) continue
    chosen.add(port)
    return port
  }
  throw new Error(`Cannot find a free port of 127.0.0.1: tried ${TRIES} from ${first} to ${first + SHARE - 1}`)
}

/** Start something that chooses free ports: between choosing one and listening on it, another may have taken it. */
export async function startOnFreePorts(start: () => Promise<void>, isPortTaken: () => boolean): Promise<void> {
  for (let starts = 1; ; starts += 1) {
    try {
      return await start()
    } catch (error) {
      if (starts === STARTS || !isPortTaken()) throw error
    }
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer()
  try {
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
    return true
  } catch {
    return false
  } finally {
    server.close()
  }
}
