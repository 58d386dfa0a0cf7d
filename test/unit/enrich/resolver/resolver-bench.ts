import { createServer, type RequestListener } from 'node:http'
import { once } from 'node:events'
import { onTestFinished } from 'vitest'
import { SYSTEM_CLOCK } from '../../../../src/clock.ts'
import { EndpointIndex } from '../../../../src/enrich/endpoint/index.ts'
import { type FollowParts, followResolver, type ResolverOptions } from '../../../../src/enrich/resolver/follow.ts'
import { NO_VERSIONS, type Versions } from '../../../../src/enrich/kubernetes/resource-version.ts'
import type { ResolverFreshness } from '../../../../src/enrich/resolver/protocol.ts'
import { Publisher } from '../../../../src/enrich/resolver/publisher.ts'
import {
  type ResolverServerParts,
  type ServerTls,
  startResolverServer,
} from '../../../../src/enrich/resolver/server.ts'
import { portOf } from '../../../support/recording-server.ts'

/** A resolver on 127.0.0.1 that has `index`. */
export async function resolverOf(
  index: EndpointIndex,
  options: Partial<ResolverServerParts> & {
    readonly tls?: ServerTls
    readonly epoch?: string
    port?: number
    readonly versions?: Versions
  } = {},
) {
  const refusals: string[] = []
  const events: string[] = []
  const state: { freshness: ResolverFreshness; versions: Versions } = {
    freshness: 'current',
    versions: options.versions ?? NO_VERSIONS,
  }
  const publisher = new Publisher(index, {
    clock: SYSTEM_CLOCK,
    epoch: options.epoch ?? 'e-1',
    freshness: () => state.freshness,
    versions: () => state.versions,
    onEvent: (event) => events.push(event),
  })
  const server = await startResolverServer({ host: '127.0.0.1', port: options.port ?? 0 }, options.tls, {
    publisher: () => publisher,
    isAuthorized: undefined,
    onRefused: (reason) => refusals.push(reason),
    ...options,
  })
  onTestFinished(() => server.close())
  return { ...server, publisher, refusals, events, state }
}

/** An agent's side that follows, without patience. */
export function followerOf(options: ResolverOptions, parts: Partial<FollowParts> = {}) {
  const index = new EndpointIndex()
  const said: string[] = []
  const streams: string[] = []
  const note = (_: object, message: string) => said.push(message)
  const followed = followResolver(options, index, {
    clock: SYSTEM_CLOCK,
    random: () => 0.01,
    logger: { info: note, warn: note, error: note },
    onStream: (answer) => streams.push(answer),
    ...parts,
  })
  onTestFinished(() => followed.stop())
  return { index, said, streams, followed }
}

/** A peer that answers as it is told. */
export async function peerOf(listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  return `http://127.0.0.1:${portOf(server)}`
}
