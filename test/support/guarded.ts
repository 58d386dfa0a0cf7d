import { once } from 'node:events'
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import { onTestFinished } from 'vitest'
import type { Credentials } from '../services/ask.ts'
import { freePort } from '../services/ports.ts'

/** The URL of a door in front of an HTTP server, which lets in who knows a user and password, and is closed `atEnd` of a test or suite. Others get 401 as Confluent's registry answers it. */
export async function guarded(
  url: string,
  { username, password }: Credentials,
  atEnd: (close: () => void) => void = onTestFinished,
): Promise<string> {
  const known = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`
  const door = createServer((incoming, outgoing) => {
    if (incoming.headers.authorization === known) return forward(url, incoming, outgoing)
    const headers = { 'content-type': 'application/json', 'www-authenticate': 'Basic realm="registry"' }
    outgoing.writeHead(401, headers).end('{"error_code":401,"message":"Unauthorized"}')
  })
  const port = await freePort()
  door.listen(port, '127.0.0.1')
  await once(door, 'listening')
  atEnd(() => {
    door.close()
    door.closeAllConnections()
  })
  return `http://127.0.0.1:${port}${new URL(url).pathname}`
}

/** Whoever asks sees the server behind fail as it does: a socket that closes. */
function forward(url: string, incoming: IncomingMessage, outgoing: ServerResponse): void {
  const { method, headers } = incoming
  const forwarded = request(new URL(incoming.url ?? '/', url), { method, headers, agent: false }, (answer) => {
    outgoing.writeHead(answer.statusCode ?? 0, answer.headers)
    answer.pipe(outgoing)
  })
  forwarded.on('error', () => outgoing.destroy())
  incoming.pipe(forwarded)
}
