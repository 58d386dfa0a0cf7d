/** The package has no types of its own. */
declare module 'kafkajs-snappy' {
  const createCodec: () => import('./codecs.ts').Codec
  export default createCodec
}
