const [SEED, M] = [0x9747b28c, 0x5bd1e995]

/** The partition of a key, as Java's producers have it (Apache Kafka, BuiltInPartitioner.partitionForKey). */
export function partitionOf(key: string, partitionCount: number): number {
  return (murmur2(Buffer.from(key)) & 0x7fffffff) % partitionCount
}

/** 32 bits, signed (Apache Kafka, Utils.murmur2). */
export function murmur2(bytes: Buffer): number {
  const end = bytes.length & ~3
  let hash = SEED ^ bytes.length
  for (let at = 0; at < end; at += 4) {
    const word = Math.imul(bytes.readInt32LE(at), M)
    hash = Math.imul(hash, M) ^ Math.imul(word ^ (word >>> 24), M)
  }
  const rest = bytes.length - end
  if (rest > 0) hash = Math.imul(hash ^ bytes.readUIntLE(end, rest), M)
  hash = Math.imul(hash ^ (hash >>> 13), M)
  return hash ^ (hash >>> 15)
}
