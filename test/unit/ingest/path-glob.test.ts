import { describe, expect, test } from 'vitest'
import { PathGlob } from '../../../src/ingest/path-glob.ts'

const FILES = ['/v/a.log', '/v/b.txt', '/v/x/a.log', '/v/x/y/a.log', '/v/z/c.log', '/w/a.log']

/** The paths among `FILES` that match, by a walk over their directories. */
function matched(pattern: string): string[] {
  const glob = new PathGlob(pattern)
  const found: string[] = []
  for (const [directory, globs] of glob.directories(list))
    for (const { name, isDirectory } of list(directory))
      if (!isDirectory && globs.some((each) => each.matches(name))) found.push(`${directory}/${name}`)
  return found.sort()
}

function list(directory: string) {
  const prefix = directory === '/' ? '/' : `${directory}/`
  const below = FILES.filter((path) => path.startsWith(prefix)).map((path) => path.slice(prefix.length).split('/'))
  const names = new Map(below.map(([name = '', ...rest]) => [name, rest.length > 0]))
  return [...names].map(([name, isDirectory]) => ({ name, isDirectory }))
}

describe('PathGlob.directories()', () => {
  test.for([
    ['/v/a.log', ['/v/a.log']],
    ['/v/*.log', ['/v/a.log']],
    ['/v/*/*.log', ['/v/x/a.log', '/v/z/c.log']],
    ['/v/*/y/a.log', ['/v/x/y/a.log']],
    ['/v/**/a.log', ['/v/a.log', '/v/x/a.log', '/v/x/y/a.log']],
    ['/v/x/**', ['/v/x/a.log', '/v/x/y/a.log']],
    ['/{w,v/x}/a.log', ['/v/x/a.log', '/w/a.log']],
    ['/v/{a,b}.*', ['/v/a.log', '/v/b.txt']],
    ['/v/[xz]/?.log', ['/v/x/a.log', '/v/z/c.log']],
    ['/none/*.log', []],
  ] as const)('of %s leads to %j', ([pattern, expected]) => {
    expect(matched(pattern)).toEqual(expected)
  })
})

describe('PathGlob.root', () => {
  test.for([
    ['/v/a.log', '/v'],
    ['/v/*.log', '/v'],
    ['/v/x-*/a.log', '/v'],
    ['/v/{a,b}/c', '/v'],
    ['/*.log', '/'],
  ] as const)('of %s is %s', ([pattern, root]) => {
    expect(new PathGlob(pattern).root).toBe(root)
  })
})
