import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { chooseJdk, findJdks, majorIn } from '../../services/java.ts'

describe('chooseJdk()', () => {
  const jdks = [25, 17, 21].map((major) => ({ home: `/jdk-${major}`, major }))

  test.for([
    [17, '/jdk-17'],
    [18, '/jdk-21'],
    [21, '/jdk-21'],
    [25, '/jdk-25'],
    [26, undefined],
  ] as const)('takes for at least %d: %s', ([atLeast, home]) => {
    expect(chooseJdk(jdks, atLeast)?.home).toBe(home)
  })

  test('takes the first of two that are alike', () => {
    expect(chooseJdk([{ home: '/first', major: 17 }, ...jdks], 17)?.home).toBe('/first')
  })
})

describe('majorIn()', () => {
  test.for([
    ['JAVA_VERSION="17.0.15"', 17],
    ['IMPLEMENTOR="Debian"\nJAVA_VERSION="25.0.3"\n', 25],
    ['JAVA_VERSION="1.8.0_432"', 1],
    ['JAVA_RUNTIME_VERSION="21.0.5"', undefined],
    ['', undefined],
  ] as const)('reads %j', ([release, major]) => {
    expect(majorIn(release)).toBe(major)
  })
})

describe('findJdks()', () => {
  let root = ''
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'flagship-jdks-'))
  })
  afterEach(() => rmSync(root, { recursive: true }))

  function jdk(path: string, major: number, programs: readonly string[]): string {
    const home = join(root, path)
    mkdirSync(join(home, 'bin'), { recursive: true })
    for (const program of programs) writeFileSync(join(home, 'bin', program), '')
    writeFileSync(join(home, 'release'), `JAVA_VERSION="${major}.0.1"\n`)
    return home
  }

  test('finds what JAVA_HOME and its kin name, then what packages installed', () => {
    const named = jdk('own/jdk', 25, ['java', 'javac'])
    const kin = jdk('own/kin', 21, ['java', 'javac'])
    const packaged = jdk('jvm/java-17', 17, ['java', 'javac'])
    const env = { JAVA_HOME: named, JAVA_HOME_21_X64: kin, HOME: '/root' }
    expect(findJdks(env, join(root, 'jvm')).map(({ home }) => home)).toEqual([named, kin, packaged])
  })

  test('finds no runtime without a compiler, and nothing where there is nothing', () => {
    jdk('jvm/jre-21', 21, ['java'])
    mkdirSync(join(root, 'jvm', 'empty'))
    expect(findJdks({ JAVA_HOME: join(root, 'gone') }, join(root, 'jvm'))).toEqual([])
    expect(findJdks({}, join(root, 'gone'))).toEqual([])
  })
})
