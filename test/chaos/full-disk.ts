/** Loaded into an agent before anything else: as long as the file `DISK_FULL` exists, nothing can be written. */
import { existsSync } from 'node:fs'
import fsPromises from 'node:fs/promises'

type Call = (...args: unknown[]) => unknown

const marker = process.env['DISK_FULL'] ?? ''

function guard(target: object, name: string): void {
  const call: unknown = Reflect.get(target, name)
  if (typeof call !== 'function') throw new Error(`there is no ${name}`)
  const guarded: Call = async function (this: unknown, ...args) {
    if (existsSync(marker)) throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' })
    return Reflect.apply(call, this, args)
  }
  Reflect.set(target, name, guarded)
}

const handle = await fsPromises.open('/dev/null', 'r')
const prototype: unknown = Object.getPrototypeOf(handle)
await handle.close()
if (typeof prototype !== 'object' || prototype === null) throw new Error('a file handle has no prototype')
for (const name of ['write', 'writev', 'writeFile', 'appendFile', 'datasync']) guard(prototype, name)
