import { describe, expect, test } from 'vitest'
import type { Command } from '../../../src/cli/command.ts'
import { COMMANDS } from '../../../src/cli/commands.ts'
import { dispatch } from '../../../src/cli/dispatch.ts'
import { FlagshipError } from '../../../src/errors.ts'
import { capturedIo } from './captured-io.ts'

const echo: Command = {
  name: 'echo',
  summary: 'Say it again',
  usage: 'Usage: flagship echo WORD\n',
  async run(args, io) {
    if (args[0] === 'bug') throw new TypeError('x is not a function\nat once')
    if (args[0] === 'bad') throw new FlagshipError('CONFIG_INVALID', 'Cannot use "\u001b[2J":\n  two lines')
    io.stdout.write(args.join(' '))
    return 7
  },
}
const commands = [{ name: 'echo', load: async () => echo }]

async function run(args: readonly string[], env = {}) {
  const { io, written } = capturedIo('', env)
  return { code: await dispatch(args, io, commands), ...written }
}

describe('dispatch()', () => {
  test('hands the arguments to the command and returns its exit code', async () => {
    expect(await run(['echo', 'a', 'b'])).toEqual({ code: 7, stdout: 'a b', stderr: '' })
  })

  test.for([['--help'], ['-h'], ['help']])('lists every command for %s', async ([argument]) => {
    const { code, stdout } = await run([argument ?? ''])
    expect({ code, stdout }).toMatchObject({ code: 0, stdout: expect.stringContaining('  echo  Say it again\n') })
  })

  test.for([[['echo', '--help']], [['echo', 'x', '-h']], [['help', 'echo']]])(
    'shows the help of one command for %s',
    async ([args]) => {
      expect(await run(args ?? [])).toEqual({
        code: 0,
        stdout: 'Say it again\n\nUsage: flagship echo WORD\n',
        stderr: '',
      })
    },
  )

  test('leaves --help behind -- to the command', async () => {
    expect((await run(['echo', '--', '--help'])).stdout).toBe('-- --help')
  })

  test('prints the version', async () => {
    expect(await run(['--version'])).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^flagship \d+\.\d+\.\d+\n$/),
    })
  })

  test('shows help on stderr and exits 64 without a command', async () => {
    expect(await run([])).toMatchObject({ code: 64, stdout: '', stderr: expect.stringContaining('Usage: flagship') })
  })

  test.for([
    [['ehco'], 'flagship: Cannot use command "ehco": no such command (did you mean "echo"?); see flagship --help\n'],
    [
      ['--versoin'],
      'flagship: Cannot use option "--versoin": no such option (did you mean "--version"?); see flagship --help\n',
    ],
    [['\u001b]0;x\u0007'], 'flagship: Cannot use command "\\u001b]0;x\\u0007": no such command; see flagship --help\n'],
  ] as const)('refuses %j', async ([args, stderr]) => {
    expect(await run(args)).toEqual({ code: 64, stdout: '', stderr })
  })

  test('exits with the code of a FlagshipError and escapes its message', async () => {
    const stderr = 'flagship: Cannot use "\\u001b[2J":\n  two lines\n'
    expect(await run(['echo', 'bad'])).toEqual({ code: 78, stdout: '', stderr })
  })

  test('calls anything else a bug: exit 70, one line, no stack', async () => {
    const stderr = 'flagship: bug: x is not a function\\nat once\n'
    expect(await run(['echo', 'bug'])).toEqual({ code: 70, stdout: '', stderr })
  })

  test('shows the stack with FLAGSHIP_DEBUG=1', async () => {
    expect((await run(['echo', 'bug'], { FLAGSHIP_DEBUG: '1' })).stderr).toContain('dispatch.test.ts')
  })
})

describe('COMMANDS', () => {
  test.for(COMMANDS.map((entry) => [entry.name, entry] as const))(
    '%s loads as a command of that name',
    async ([name, entry]) => {
      const command = await entry.load()
      expect(command.name).toBe(name)
      expect(command.usage).toContain(`flagship ${name}`)
      expect(command.summary).not.toMatch(/[.\n]$/)
    },
  )
})
