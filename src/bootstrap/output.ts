import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { FlagshipError, reasonOf } from '../errors.ts'
import type { Installable } from './object.ts'

/** How the objects of one server are applied without flagship. */
export interface Instructions {
  /** First line of the page. */
  readonly title: string
  /** What to set before, as shell. */
  readonly setup: string
  /** The command that installs the object, as shell, from within the directory. */
  readonly apply: (object: Installable) => string
}

/** One file for each object, and a page that says how to apply them; equal objects give equal bytes. */
export function outputFiles(
  objects: readonly Installable[],
  instructions: Instructions,
): readonly (readonly [fileName: string, text: string])[] {
  const files = objects.map(({ fileName, body }) => [fileName, `${JSON.stringify(body, undefined, 2)}\n`] as const)
  return [...files, ['README.md', pageOf(objects, instructions)]]
}

function pageOf(objects: readonly Installable[], { title, setup, apply }: Instructions): string {
  return `# ${title}

Written by \`flagship bootstrap --output\`. Apply in this order; each may be applied again. \`flagship bootstrap\` takes what
was applied this way for its own.

\`\`\`sh
${setup}
${objects.map(apply).join('\n')}
\`\`\`
`
}

/**
 * Write the files below `directory`, which is made where it is not there; files that are not of them stay.
 * @throws FlagshipError OUTPUT_UNWRITABLE.
 */
export async function writeFiles(
  directory: string,
  files: readonly (readonly [fileName: string, text: string])[],
): Promise<void> {
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
