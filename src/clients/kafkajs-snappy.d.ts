/** The package has no types of its own. */
declare module 'kafkajs-snappy' {
  const createCodec: () => import('./kafka-codecs.ts').Codec
  export default createCodec
}
