import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { LineServer, LineTaker } from '../../ingest/http/server.ts'
import { PLAIN_FORM } from '../../sinks/batch.ts'
import type { Agent } from '../agent.ts'
import { DeadLetter } from '../dead-letter.ts'
import { jsonDocument } from '../json-document.ts'
import { DEAD_LETTER } from '../open-pipeline.ts'
import type { PipelineSettings } from '../settings.ts'
import { lockState } from '../state-lock.ts'
import { type News, waitCounts, Waits } from '../waits.ts'
import { RequestAnswers } from './request-answers.ts'
import { RequestIntake, type TranscodeRequest } from './request-intake.ts'
import {
  openStream,
  StreamAgent,
  type StreamDeadLetter,
  type StreamParts,
  type StreamSettings,
} from './start-stream.ts'

/** What a pipeline of requests does. */
export interface RequestStreamSettings extends StreamSettings, Pick<PipelineSettings, 'deadLetter' | 'form'> {
  /** For the dead letter: who sent the rest has it. */
  readonly stateDirectory: string
  /** How long to wait for another agent that holds the state directory. */
  readonly lockWaitMs: number
}

/** What it needs from outside. */
export interface RequestStreamParts extends Omit<StreamParts, 'deadLetter'> {
  readonly transcode: TranscodeRequest
  /** Of a live source of names; without one nothing waits for them. */
  readonly news?: News | undefined
  /** Listens for requests. @throws FlagshipError LISTEN_FAILED. */
  readonly listen: (taker: LineTaker, onAnswer: (status: number, reason: string) => void) => Promise<LineServer>
}

/** Nothing is written down: who sent the lines keeps them until they are answered. */
const NO_COMMITS = { request: () => {}, reach: async () => {}, commit: async () => true, isWorking: true }

/**
 * Start a pipeline of requests of other shippers.
 * @throws FlagshipError STATE_LOCKED, STATE_UNREADABLE, LISTEN_FAILED.
 */
export async function startRequestStream(settings: RequestStreamSettings, parts: RequestStreamParts): Promise<Agent> {
  const { transcode, listen } = parts
  const deadLetter = await openDeadLetter(settings, parts)
  try {
    const answers = new RequestAnswers(settings.name, parts)
    const { clock, metrics, news } = parts
    const waits = news && new Waits(news, clock, waitCounts(metrics, settings.name))
    const { pipeline, intake } = openStream(
      settings,
      {
        committer: NO_COMMITS,
        intake: ({ sink, ...stages }) =>
          new RequestIntake({
            ...stages,
            transcode,
            waits,
            clock,
            lookup: sink.lookup,
            listen: (taker) => listen(taker, answers.add.bind(answers)),
          }),
      },
      { ...parts, deadLetter },
    )
    parts.logger.info({ pipeline: settings.name, url: await intake.listen() }, 'takes requests')
    return new StreamAgent(pipeline, parts)
  } catch (error) {
    await deadLetter.close()
    throw error
  }
}

/** The dead letter in the state directory, which is ours until it is closed. */
async function openDeadLetter(
  { name, stateDirectory, lockWaitMs: waitMs, deadLetter: limits, form = PLAIN_FORM }: RequestStreamSettings,
  { clock, logger }: RequestStreamParts,
): Promise<StreamDeadLetter> {
  const onWait = (holder: string) => logger.warn({ stateDirectory, holder, waitMs }, 'waiting for another agent to end')
  const lock = await lockState(stateDirectory, clock, { waitMs, onWait })
  try {
    const directory = join(stateDirectory, name)
    await mkdir(directory, { recursive: true, mode: 0o700 })
    const deadLetter = new DeadLetter(join(directory, DEAD_LETTER), limits, await jsonDocument(form))
    await deadLetter.open()
    return {
      write: deadLetter.write.bind(deadLetter),
      get lengthBytes() {
        return deadLetter.lengthBytes
      },
      close: async () => {
        await deadLetter.close()
        await lock.release()
      },
    }
  } catch (error) {
    await lock.release()
    throw error
  }
}
