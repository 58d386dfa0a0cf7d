import type { GroupMember } from '../../ingest/kafka/group.ts'
import type { Agent } from '../agent.ts'
import { Committer } from '../committer.ts'
import { TroubleSpot } from '../trouble.ts'
import { GroupIntake, type ReadMessages, type TranscodeMessages } from './group-intake.ts'
import { GroupProgress } from './group-progress.ts'
import { openStream, StreamAgent, type StreamParts, type StreamSettings } from './start-stream.ts'

/** What a pipeline that is a member of a group needs from outside. */
export interface GroupStreamParts extends StreamParts {
  readonly group: GroupMember
  readonly read: ReadMessages
  readonly transcode: TranscodeMessages
}

/** Start a pipeline that is one member of a consumer group. */
export function startGroupStream(settings: StreamSettings, parts: GroupStreamParts): Agent {
  const { group, read, transcode, clock, random, logger } = parts
  const progress = new GroupProgress(group)
  const spot = new TroubleSpot(logger, settings.name, 'tell the consumer group what is answered')
  const committer = new Committer(progress, progress, clock, spot)
  const { pipeline } = openStream(
    settings,
    {
      committer,
      intake: ({ sink, ...stages }) =>
        new GroupIntake({ ...stages, committer, group, progress, read, transcode, lookup: sink.lookup, clock, random }),
    },
    parts,
  )
  return new StreamAgent(pipeline, parts)
}
