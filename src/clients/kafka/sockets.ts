import { connect as connectPlain, isIP, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import type { ISocketFactoryArgs } from 'kafkajs'
import type { KafkaAccess } from './access.ts'
import type { Tickets } from './tickets.ts'

const KEEP_ALIVE_MS = 60_000 // what kafkajs itself has

/** The connections of one client: made with what the files hold at that moment, and cut when it is given up. */
export class KafkaSockets {
  readonly #access: KafkaAccess
  readonly #tickets: Tickets | undefined
  readonly #open = new Set<Socket>()
  #isSevered = false

  /** `tickets`: what is written may have them. */
  constructor(access: KafkaAccess, tickets?: Tickets) {
    this.#access = access
    this.#tickets = tickets
  }

  readonly connect = ({ host, port, onConnect }: ISocketFactoryArgs): Socket => {
    if (this.#isSevered) throw new Error('this client was given up')
    const socket = this.#access.isTls
      ? connectTls({ host, port, ...(isIP(host) === 0 && { servername: host }), ...this.#access.trust }, onConnect)
      : connectPlain({ host, port }, onConnect)
    socket.setKeepAlive(true, KEEP_ALIVE_MS)
    socket.setNoDelay(true)
    this.#tickets?.redeemOn(socket)
    this.#open.add(socket)
    socket.once('close', () => this.#open.delete(socket))
    return socket
  }

  /** Cut all connections, for ever: every request that has no answer yet fails. */
  sever(): void {
    this.#isSevered = true
    for (const socket of this.#open) socket.destroy(new Error('the client was given up'))
  }
}
