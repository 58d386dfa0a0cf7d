/**
 * One line out of its frame. Bytes or text go in, the content that the container wrote comes out, with what the frame
 * says about it. Written into by the frame readers and reused from line to line, because there is one per line.
 */
export interface Framed {
  /** Content as a byte range of the chunk; used when `text` is undefined. */
  from: number
  to: number
  /** Content, where taking the frame off changed it. */
  text: string | undefined
  /** When the runtime wrote it: ISO 8601, up to nine digits; undefined when the frame has no time. */
  time: string | undefined
  /** `stdout` or `stderr`; empty when the frame does not say. */
  stream: string
  /** More of the same line follows in the same stream. */
  isPartial: boolean
  /** Pod and container, where a prefix names them. */
  podName: string | undefined
  containerName: string | undefined
}

export function emptyFrame(): Framed {
  return {
    from: 0,
    to: 0,
    text: undefined,
    time: undefined,
    stream: '',
    isPartial: false,
    podName: undefined,
    containerName: undefined,
  }
}

/** Set the frame to unframed content. */
export function bare(framed: Framed, from: number, to: number): void {
  framed.from = from
  framed.to = to
  framed.text = undefined
  framed.time = undefined
  framed.stream = ''
  framed.isPartial = false
  framed.podName = undefined
  framed.containerName = undefined
}
