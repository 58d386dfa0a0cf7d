import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, extname, join } from 'node:path'
import { stringify } from 'yaml'
import { FlagshipError, reasonOf } from '../errors.ts'
import type { Installable } from './object.ts'

/** How the objects of one server are applied without flagship. */
export interface Instructions {
  readonly title: string
  /** What to know before. */
  readonly intro: string
  /** Shell, from within the directory, in order. */
  readonly commands: readonly string[]
}

/** The name of a file below the directory, and its text. */
export type OutputFile = readonly [fileName: string, text: string]

/** One file for each object, and a page that says how to apply them; equal objects give equal bytes. */
export function outputFiles(
  objects: readonly Installable[],
  { title, intro, commands }: Instructions,
): readonly OutputFile[] {
  const files = objects.map((object): OutputFile => [object.fileName, textOf(object)])
  const page = `# ${title}

Written by \`flagship bootstrap --output\`. ${intro}

\`\`\`sh
${commands.join('\n')}
\`\`\`
`
  return [...files, ['README.md', page]]
}

function textOf({ fileName, body }: Installable): string {
  return extname(fileName) === '.yaml'
    ? stringify(body, { aliasDuplicateObjects: false })
    : `${JSON.stringify(body, undefined, 2)}\n`
}

/**
 * Write the files below `directory`, which is made where it is not there; files that are not of them stay.
 * @throws FlagshipError OUTPUT_UNWRITABLE.
 */
export async function writeFiles(directory: string, files: readonly OutputFile[]): Promise<void> {
  for (const [fileName, text] of files) {
    const path = join(directory, fileName)
    try {
      await mkdir(dirname(path), { recursive: true })
      await writeFile(path, text)
    } catch (error) {
      throw new FlagshipError('OUTPUT_UNWRITABLE', `Cannot write "${path}": ${reasonOf(error)}`, error)
    }
  }
}
