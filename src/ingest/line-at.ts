import type { OpenFile } from './file-system.ts'

/** More of a line is not shown: it may have up to 16 MiB. */
const MOST_BYTES = 65_536
const NEWLINE = 0x0a

/** The line that begins at `offsetBytes`, without its newline, the first 64 KiB of it. */
export async function lineAt(file: OpenFile, offsetBytes: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafe(MOST_BYTES)
  const read = bytes.subarray(0, await file.read(bytes, offsetBytes))
  const end = read.indexOf(NEWLINE)
  return end === -1 ? read : read.subarray(0, end)
}
