/** Loaded into a process that is measured (`--import`): whoever started it asks for its longest turns by a message. */
import { watchTurns } from './turns.ts'

const longestTurns = watchTurns()
process.on('message', () => process.send?.(longestTurns()))
process.channel?.unref() // it ends when it would without us
