import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ApiConnection } from '../../../../../src/enrich/kubernetes/api/connection.ts'
import { plainAccess } from '../../../../support/watched-cluster.ts'

let server: Server
let connection: ApiConnection
let requests: number
/** Connections that have had an answer. */
let used: WeakSet<Socket>
/** Whether the server ends the connection in place of an answer. */
let isEnded: (request: IncomingMessage) => boolean

beforeEach(async () => {
  requests = 0
  used = new WeakSet()
  isEnded = () => false
  server = createServer((request: IncomingMessage, response: ServerResponse) => {
    requests += 1
    if (isEnded(request)) {
      request.socket.destroy()
      return
    }
    used.add(request.socket)
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}')
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = Object(server.address())
  connection = new ApiConnection(plainAccess(`http://127.0.0.1:${port}`), 'json')
})

afterEach(async () => {
  connection.close()
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
})

async function ask(): Promise<string> {
  const { body } = await connection.open('/api/v1/pods', false, AbortSignal.timeout(20_000))
  return text(body)
}

describe('ApiConnection', () => {
  test('keeps its connection, and asks once more where the server has closed it meanwhile', async () => {
    const connections: Socket[] = []
    server.on('connection', (socket: Socket) => connections.push(socket))
    await ask()
    await ask()
    expect([requests, connections.length]).toEqual([2, 1])
    isEnded = ({ socket }) => used.has(socket)

    expect(await ask()).toBe('{}')
    expect([requests, connections.length]).toEqual([4, 2])
  })

  test('asks no third time where that ends too', async () => {
    await ask()
    isEnded = () => true

    await expect(ask()).rejects.toThrow(expect.objectContaining({ code: 'connection' }))
    expect(requests).toBe(3)
  })

  test('asks only once where a new connection ends', async () => {
    isEnded = () => true

    await expect(ask()).rejects.toThrow(expect.objectContaining({ code: 'connection' }))
    expect(requests).toBe(1)
  })
})
