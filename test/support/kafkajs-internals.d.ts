/** What kafkajs makes requests of: no part of its interface, and compared with here. */
declare module 'kafkajs/src/protocol/requests/produce/v7/request.js' {
  const produce: (request: object) => { encode(): Promise<{ readonly buffer: Buffer }> }
  export default produce
}

declare module 'kafkajs/src/protocol/request.js' {
  const framed: (parts: object) => Promise<{ readonly buffer: Buffer }>
  export default framed
}
