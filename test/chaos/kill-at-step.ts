/**
 * Loaded into an agent before anything else: kills it at the n-th step that changes a file (`KILL_AT`), right before
 * or right after that step (`KILL_WHEN`). A step is a system call, so these are all the moments at which what is on
 * disk can differ. `KILL_STEP` counts only the calls of that name.
 */
import fs from 'node:fs'
import fsPromises from 'node:fs/promises'
import { syncBuiltinESMExports } from 'node:module'

type Call = (...args: unknown[]) => unknown

const killAt = Number(process.env['KILL_AT'])
const isAfter = process.env['KILL_WHEN'] === 'after'
const only = process.env['KILL_STEP']
let steps = 0

function die(): void {
  process.kill(process.pid, 'SIGKILL')
}

/** Count the calls of a function, and die at the right one. */
function guard(target: object, name: string): void {
  const call: unknown = Reflect.get(target, name)
  if (typeof call !== 'function') throw new Error(`there is no ${name}`)
  const guarded: Call = function (this: unknown, ...args) {
    if (changesNothing(name, args) || (only !== undefined && only !== name)) return Reflect.apply(call, this, args)
    steps += 1
    if (steps !== killAt) return Reflect.apply(call, this, args)
    if (!isAfter) return die()
    let result: unknown
    try {
      result = Reflect.apply(call, this, args)
    } finally {
      if (!(result instanceof Promise)) die()
    }
    return result instanceof Promise ? result.finally(die) : result
  }
  Reflect.set(target, name, guarded)
}

function changesNothing(name: string, [, flags]: readonly unknown[]): boolean {
  return name === 'open' && (flags === undefined || flags === 'r')
}

const handle = await fsPromises.open('/dev/null', 'r')
const prototype: unknown = Object.getPrototypeOf(handle)
await handle.close()
if (typeof prototype !== 'object' || prototype === null) throw new Error('a file handle has no prototype')
for (const name of ['write', 'writev', 'writeFile', 'appendFile', 'datasync', 'sync', 'truncate'])
  guard(prototype, name)
for (const name of ['open', 'rename', 'rm', 'mkdir']) guard(fsPromises, name)
for (const name of ['linkSync', 'renameSync', 'rmSync', 'rmdirSync', 'mkdirSync']) guard(fs, name)
syncBuiltinESMExports()
