import type { StateAccess, StateFile } from '../../../src/pipeline/state/state-access.ts'

/** What a step of the disk comes to, in place of what was asked for. */
export type DiskFault = 'EIO' | 'ENOSPC' | 'die'

/** Numbers in [0, 1), always the same ones for a seed (mulberry32). */
export function randomOf(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

interface Write {
  readonly at: number
  readonly bytes: Buffer
}

/** What processes see, what is on the platter, and the writes in between. */
class Inode {
  seen = Buffer.alloc(0)
  platter = Buffer.alloc(0)
  unsynced: Write[] = []
}

/**
 * A disk whose steps can be made to fail, or to be the last of the process, and that can lose power.
 *
 * A write that fails or dies has taken a part of its bytes. A sync that fails has brought any part of the bytes to the
 * platter and holds the rest for clean from then on, as Linux does: only writing them again helps. When the power
 * goes, any pieces of what was not synced survive, and any of the changes to names.
 */
export class CrashDisk implements StateAccess {
  /** Steps taken so far: each call but those that only look. */
  steps = 0
  /** What files can grow by. */
  freeBytes = Number.POSITIVE_INFINITY
  readonly #random: () => number
  readonly #faults = new Map<number, DiskFault>()
  #isDead = false
  #names = new Map<string, Inode>()
  #namesOnPlatter = new Map<string, Inode>()
  #unsyncedNames: ((names: Map<string, Inode>) => void)[] = []

  constructor(random: () => number) {
    this.#random = random
  }

  get isDead(): boolean {
    return this.#isDead
  }

  /** Let the step come to a fault that is `ahead` steps from now; 1 is the next one. */
  failAt(ahead: number, fault: DiskFault): void {
    this.#faults.set(this.steps + ahead, fault)
  }

  /** A new process: what was written is all there. */
  restart(): void {
    this.#isDead = false
    this.#faults.clear()
  }

  /** The machine starts again after it lost power. */
  losePower(): void {
    for (const change of this.#unsyncedNames) if (this.#random() < 0.5) change(this.#namesOnPlatter)
    this.#unsyncedNames = []
    this.#names = new Map(this.#namesOnPlatter)
    for (const inode of this.#names.values()) {
      for (const write of inode.unsynced) this.#surviveInPart(inode, write)
      inode.unsynced = []
      inode.seen = Buffer.from(inode.platter)
    }
    this.restart()
  }

  /** The content of a file, or undefined. */
  content(path: string): Buffer | undefined {
    return this.#names.get(path)?.seen
  }

  get paths(): readonly string[] {
    return [...this.#names.keys()].sort()
  }

  /** Put a content in place of a file, on the platter too. */
  put(path: string, content: Buffer): void {
    const inode = new Inode()
    inode.seen = Buffer.from(content)
    inode.platter = Buffer.from(content)
    this.#names.set(path, inode)
    this.#syncNames()
  }

  async makeDirectory(): Promise<void> {
    this.#step()
  }

  async read(path: string): Promise<Buffer | undefined> {
    this.#refuseDead()
    const inode = this.#names.get(path)
    return inode && Buffer.from(inode.seen)
  }

  async open(path: string): Promise<StateFile> {
    this.#step()
    const inode = this.#names.get(path) ?? new Inode()
    if (!this.#names.has(path)) this.#change((names) => names.set(path, inode))
    return {
      sizeBytes: async () => inode.seen.length,
      write: async (bytes, positionBytes) => this.#write(inode, { at: positionBytes, bytes: Buffer.from(bytes) }),
      sync: async () => this.#sync(inode),
      close: async () => {},
    }
  }

  async list(): Promise<readonly string[]> {
    this.#refuseDead()
    return Array.from(this.#names.keys(), (path) => path.slice(path.lastIndexOf('/') + 1))
  }

  async rename(from: string, to: string): Promise<void> {
    this.#step()
    const inode = this.#names.get(from)
    if (inode === undefined) throw new Error(`ENOENT: ${from}`)
    this.#change((names) => {
      names.delete(from)
      names.set(to, inode)
    })
  }

  async remove(path: string): Promise<void> {
    this.#step()
    this.#change((names) => names.delete(path))
  }

  async syncDirectory(): Promise<void> {
    this.#step()
    this.#syncNames()
  }

  #write(inode: Inode, write: Write): void {
    const taken = Math.floor(this.#random() * write.bytes.length)
    this.#step(() => this.#take(inode, { at: write.at, bytes: write.bytes.subarray(0, taken) }))
    const room = Math.max(0, inode.seen.length - write.at)
    const growth = Math.max(0, write.bytes.length - room)
    if (growth > this.freeBytes) {
      this.#take(inode, { at: write.at, bytes: write.bytes.subarray(0, room) })
      throw faultOf('ENOSPC')
    }
    this.freeBytes -= growth
    this.#take(inode, write)
  }

  #take(inode: Inode, write: Write): void {
    inode.seen = written(inode.seen, write)
    inode.unsynced.push(write)
  }

  #sync(inode: Inode): void {
    this.#step((fault) => {
      if (fault === 'die') return
      for (const write of inode.unsynced) this.#surviveInPart(inode, write)
      inode.unsynced = []
    })
    for (const write of inode.unsynced) inode.platter = written(inode.platter, write)
    inode.unsynced = []
  }

  /** All of it, nothing, or pieces cut anywhere. */
  #surviveInPart(inode: Inode, { at, bytes }: Write): void {
    const luck = this.#random()
    if (luck < 0.25) inode.platter = written(inode.platter, { at, bytes })
    if (luck < 0.5) return
    for (let from = 0; from < bytes.length; ) {
      const to = Math.min(bytes.length, from + 1 + Math.floor(this.#random() * 64))
      if (this.#random() < 0.5)
        inode.platter = written(inode.platter, { at: at + from, bytes: bytes.subarray(from, to) })
      from = to
    }
  }

  #change(change: (names: Map<string, Inode>) => void): void {
    change(this.#names)
    this.#unsyncedNames.push(change)
  }

  #syncNames(): void {
    this.#namesOnPlatter = new Map(this.#names)
    this.#unsyncedNames = []
  }

  #step(inPart: (fault: DiskFault) => void = () => {}): void {
    this.#refuseDead()
    this.steps += 1
    const fault = this.#faults.get(this.steps)
    if (fault === undefined) return
    inPart(fault)
    if (fault === 'die') this.#isDead = true
    throw faultOf(fault)
  }

  #refuseDead(): void {
    if (this.#isDead) throw new Error('the process is dead')
  }
}

function faultOf(code: DiskFault): Error {
  return Object.assign(new Error(`${code}: fault of the disk`), { code })
}

function written(content: Buffer, { at, bytes }: Write): Buffer<ArrayBuffer> {
  const result = Buffer.alloc(Math.max(content.length, bytes.length === 0 ? 0 : at + bytes.length))
  content.copy(result)
  bytes.copy(result, at)
  return result
}
