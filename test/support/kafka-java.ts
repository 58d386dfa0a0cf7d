import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { javaOf, KAFKA_RELEASES, kafkaRecipe } from '../services/kafka/recipe.ts'
import { installationOf } from './real-service.ts'

const SHOWN_CHARACTERS = 2_000
/** The newest reads and writes every broker that is tested with. */
const RELEASE = KAFKA_RELEASES[4]

/** What is asked of the tools in `test/services/kafka/java`. */
export interface JavaOrder {
  readonly tool: 'admin' | 'decode' | 'read' | 'write'
  readonly arguments: readonly string[]
  readonly input?: readonly string[]
  /** Gets each line that is printed, in place of the caller: for more than one would keep. */
  readonly take?: (line: string) => void
}

/** Settings of Kafka's Java client, by its names. */
export type ClientSettings = Readonly<Record<string, string>>

interface Waiting {
  readonly order: JavaOrder
  readonly take: (line: string) => void
  readonly resolve: () => void
  readonly reject: (error: Error) => void
}

/** One Java that runs tools, one after the other; it ends with this process. */
class JavaTools {
  readonly #child: ChildProcessWithoutNullStreams
  readonly #waiting: Waiting[] = []
  #log = ''
  hasEnded = false

  constructor() {
    const [java = '', ...args] = javaOf(RELEASE)
    const flags = ['-Xmx512m', '-XX:TieredStopAtLevel=1', '-Dflagship.log=warn']
    const cwd = installationOf(kafkaRecipe(RELEASE), 'kafka')
    this.#child = spawn(java, [...args, ...flags, 'Tools'], { cwd, stdio: 'pipe' })
    createInterface({ input: this.#child.stdout, crlfDelay: Infinity }).on('line', (line) => this.#take(line))
    this.#child.stderr.on('data', (text) => {
      this.#log = `${this.#log}${String(text)}`.slice(-SHOWN_CHARACTERS)
    })
    this.#child.stdin.on('error', () => {})
    this.#child.once('error', () => this.#end()).once('close', () => this.#end())
    this.#hold(false)
  }

  run({ take, ...order }: JavaOrder): Promise<string[]> {
    const { promise, resolve, reject } = Promise.withResolvers<string[]>()
    const lines: string[] = []
    this.#waiting.push({ order, take: take ?? ((line) => lines.push(line)), resolve: () => resolve(lines), reject })
    this.#hold(true)
    this.#child.stdin.write(`${JSON.stringify({ input: [], ...order })}\n`)
    return promise
  }

  #take(line: string): void {
    const [first] = this.#waiting
    if (first === undefined) return
    const isFailure = line.startsWith('FAILED ')
    if (line !== 'END' && !isFailure) {
      first.take(line)
      return
    }
    this.#waiting.shift()
    if (this.#waiting.length === 0) this.#hold(false)
    if (isFailure) first.reject(failureOf(first.order, line.slice('FAILED '.length)))
    else first.resolve()
  }

  #end(): void {
    this.hasEnded = true
    for (const { order, reject } of this.#waiting.splice(0)) reject(failureOf(order, `Java has ended\n${this.#log}`))
  }

  /** Whether this process waits for it: only while it owes an answer. */
  #hold(isHeld: boolean): void {
    const { stdin, stdout, stderr } = this.#child
    for (const handle of [this.#child, stdin, stdout, stderr]) setHeld(handle, isHeld)
  }
}

let tools: JavaTools | undefined

/** Run a tool to its end, and give the lines that it prints where nobody else takes them; throws with its reason when it fails. Java starts at the first call (1-2 s). */
export async function runJavaTool(order: JavaOrder): Promise<string[]> {
  if (tools === undefined || tools.hasEnded) tools = new JavaTools()
  return tools.run(order)
}

function failureOf({ tool }: JavaOrder, reason: string): Error {
  return new Error(`Cannot ${tool} with Java: ${reason}`)
}

function setHeld(handle: object, isHeld: boolean): void {
  const method: unknown = Reflect.get(handle, isHeld ? 'ref' : 'unref')
  if (typeof method === 'function') Reflect.apply(method, handle, [])
}
