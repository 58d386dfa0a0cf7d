import { BOOTSTRAP_VERSION, type Found, type Installable, type Target } from '../../../src/bootstrap/object.ts'

/** An object with a body of one member. */
export function objectNamed(id: string, value: unknown = 1): Installable {
  return { kind: 'thing', id, fileName: `things/${id}.json`, body: { value } }
}

/** A server in memory; everything written or removed is noted in `calls`. */
export class FakeTarget implements Target {
  readonly objects: readonly Installable[]
  readonly stored = new Map<string, Found>()
  readonly calls: string[] = []
  readonly inUse = new Set<string>()

  constructor(objects: readonly Installable[]) {
    this.objects = objects
  }

  async find({ id }: Installable): Promise<Found> {
    return this.stored.get(id) ?? { kind: 'absent' }
  }

  async write({ id, body }: Installable): Promise<void> {
    this.calls.push(`write ${id}`)
    this.stored.set(id, { kind: 'ours', version: BOOTSTRAP_VERSION, body })
  }

  async remove({ id }: Installable): Promise<string | undefined> {
    this.calls.push(`remove ${id}`)
    if (this.inUse.has(id)) return 'in use'
    this.stored.delete(id)
    return undefined
  }
}
