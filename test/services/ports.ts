import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:net'

/** Below the ports that Linux gives to outgoing connections (net.ipv4.ip_local_port_range), so that a server finds its port free when it comes back. */
const FIRST = 20_000
const LAST = 31_999
const TRIES = 100
const STARTS = 5

/** A port of 127.0.0.1 on which nobody listens at this moment. */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < TRIES; tries += 1) {
    const port = randomInt(FIRST, LAST + 1)
    if (await isFree(port)) return port
  }
  throw new Error(`Cannot find a free port of 127.0.0.1: tried ${TRIES} between ${FIRST} and ${LAST}`)
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
