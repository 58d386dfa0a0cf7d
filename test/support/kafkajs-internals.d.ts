/** What kafkajs makes requests of: no part of its interface, and compared with here. */
declare module 'kafkajs/src/protocol/requests/produce/v7/request.js' {
  const produce: (request: object) => { encode(): Promise<{ readonly buffer: Buffer }> }
  export default produce
}

/** Bytes of a batch, as producers have them. */
declare module 'kafkajs/src/protocol/recordBatch/v0/index.js' {
  export function RecordBatch(batch: object): Promise<{ readonly buffer: Buffer }>
}

declare module 'kafkajs/src/protocol/recordBatch/record/v0/index.js' {
  const record: (record: object) => object
  export default record
}

/** What is made of an answer to a fetch request. */
declare module 'kafkajs/src/protocol/requests/fetch/v11/response.js' {
  export function decode(answer: Buffer): Promise<{ readonly responses: readonly FetchedTopic[] }>
  interface FetchedTopic {
    readonly topicName: string
    readonly partitions: readonly object[]
  }
}

declare module 'kafkajs/src/broker/index.js' {
  export default class Broker {
    constructor(parts: object)
    lookupRequest: unknown
    fetch(request: object): Promise<{
      readonly responses: readonly { readonly partitions: readonly { readonly messages: readonly object[] }[] }[]
    }>
  }
}

declare module 'kafkajs/src/consumer/batch.js' {
  export default class Batch {
    constructor(topic: string, fetchedOffset: string, partition: object | undefined)
    readonly messages: readonly { readonly offset: string; readonly value: Buffer }[]
    isEmptyDueToFiltering(): boolean
    lastOffset(): string
  }
}

declare module 'kafkajs/src/protocol/encoder.js' {
  export default class Encoder {
    readonly buffer: Buffer
    writeInt16(value: number): this
    writeInt32(value: number): this
    writeInt64(value: number): this
    writeString(value: string): this
    writeBytes(value: Buffer): this
  }
}

declare module 'kafkajs/src/network/requestQueue/index.js' {
  export default class RequestQueue {
    constructor(parts: object)
    checkPendingRequests(): void
    maybeThrottle(ms: number): void
    push(request: object): void
  }
}

declare module 'kafkajs/src/protocol/request.js' {
  const framed: (parts: object) => Promise<{ readonly buffer: Buffer }>
  export default framed
}

declare module 'kafkajs/src/protocol/message/compression/index.js' {
  export function lookupCodec(type: number): import('../../src/clients/kafka/codecs.ts').Codec
}

declare module 'kafkajs/src/cluster/brokerPool.js' {
  export default class BrokerPool {
    constructor(parts: object)
    brokers: object
    withBroker(call: (place: object) => Promise<unknown>): Promise<unknown>
    findConnectedBroker(): Promise<unknown>
  }
}

declare module 'kafkajs/src/network/connectionPool.js' {
  export default class ConnectionPool {
    constructor(options: object)
    pool: readonly object[]
    send(request: object): Promise<unknown>
  }
}
