import { hash } from 'node:crypto'

/** Longest part of a topic's name in the name of a file: those end at 255 bytes. */
const MOST_CHARACTERS = 200
const MARK_CHARACTERS = 8

/** A topic in the name of a file: as it is, or where it is too long the begin of it and a mark, so that two differ. */
export function inFileName(topic: string): string {
  if (topic.length <= MOST_CHARACTERS) return topic
  return `${topic.slice(0, MOST_CHARACTERS)}-${hash('sha256', topic).slice(0, MARK_CHARACTERS)}`
}
