import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { classPathOf, jdkFor, KAFKA_RELEASES, kafkaRecipe } from '../services/kafka/recipe.ts'
import { installationOf } from './real-service.ts'

const SHOWN_CHARACTERS = 2_000
/** The newest reads and writes every broker that is tested with. */
const RELEASE = KAFKA_RELEASES[4]

/** The tools in `test/services/kafka/java`. */
export type JavaTool = 'Admin' | 'DecodeAvro' | 'ReadTopic' | 'WriteTopic'

/** Settings of Kafka's Java client, by its names. */
export type ClientSettings = Readonly<Record<string, string>>

/** Run a tool to its end (about 1 s), with lines on its standard input, and give each line that it prints; throws with the end of its log when it fails. */
export async function runJavaTool(
  tool: JavaTool,
  args: readonly string[],
  input: readonly string[] = [],
): Promise<string[]> {
  const java = join(jdkFor(RELEASE).home, 'bin', 'java')
  const flags = ['-Xmx512m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1']
  const classPath = classPathOf(installationOf(kafkaRecipe(RELEASE), 'kafka'))
  const child = spawn(java, [...flags, '-cp', classPath, tool, ...args], { stdio: 'pipe' })
  // A tool that fails does not read on; what it says is worth more than the broken pipe.
  child.stdin.on('error', () => {})
  child.stdin.end(input.map((line) => `${line}\n`).join(''))
  const { promise: ended, resolve, reject } = Promise.withResolvers<number | null>()
  child.once('close', resolve).once('error', reject)
  const [printed, log, status] = await Promise.all([linesOf(child.stdout), text(child.stderr), ended])
  if (status === 0) return printed
  throw new Error(`Cannot run "${tool}": exit code ${String(status)}\n${log.trim().slice(-SHOWN_CHARACTERS)}`)
}

async function linesOf(stream: NodeJS.ReadableStream): Promise<string[]> {
  const lines: string[] = []
  for await (const line of createInterface({ input: stream, crlfDelay: Infinity })) lines.push(line)
  return lines
}
