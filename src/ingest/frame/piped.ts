import type { Framed } from './framed.ts'

// oxlint-disable-next-line no-control-regex -- escape sequences are what this takes out
const ANSI = /\u001b\[[0-9;]*[A-Za-z]/g
const MAX_WRAPPERS = 4

/**
 * Take off what people pipe in: terminal colours, `kubectl logs --prefix`, `--timestamps`, stern, docker compose.
 *
 * Only what is followed by the head of a log line is taken for a wrapper, so that content stays whole. A timestamp that
 * old versions of kubectl put into the middle of a line is taken out (kubernetes/kubernetes#77603).
 */
export function unwrapPiped(text: string, framed: Framed): void {
  let content = text.includes('\u001b[') ? text.replace(ANSI, '') : text
  for (let i = 0; i < MAX_WRAPPERS; i += 1) {
    const inner =
      kubectlPrefix(content, framed) ?? timestamp(content, framed) ?? compose(content) ?? stern(content, framed)
    if (inner === undefined) break
    content = inner
  }
  framed.text = withoutMidlineTimestamps(content)
}

/** `[pod/NAME/CONTAINER] ` */
function kubectlPrefix(text: string, framed: Framed): string | undefined {
  if (!text.startsWith('[pod/')) return undefined
  const close = text.indexOf('] ')
  const [, pod, container] = close === -1 ? [] : text.slice(1, close).split('/', 3)
  if (pod === undefined || container === undefined) return undefined
  framed.podName = pod
  framed.containerName = container
  return text.slice(close + 2)
}

/** `2022-04-01T03:23:13.402118034Z ` with seven to nine digits, or in front of the head of a log line. */
function timestamp(text: string, framed: Framed): string | undefined {
  if (text[4] !== '-' || text[10] !== 'T') return undefined
  const space = text.indexOf(' ')
  if (space < 20 || space > 36) return undefined
  const time = text.slice(0, space)
  const rest = text.slice(space + 1)
  const digits = time.indexOf('Z') - time.indexOf('.') - 1
  if (Number.isNaN(Date.parse(time)) || (digits < 7 && !startsLikeLog(rest))) return undefined
  framed.time = time
  return rest
}

/** `name-1  | ` */
function compose(text: string): string | undefined {
  const bar = text.indexOf(' | ')
  if (bar === -1 || bar > 80 || !isName(text.slice(0, bar).trimEnd())) return undefined
  const rest = text.slice(bar + 3)
  return startsLikeLog(rest) ? rest : undefined
}

/** `POD CONTAINER ` */
function stern(text: string, framed: Framed): string | undefined {
  const first = text.indexOf(' ')
  const second = first === -1 ? -1 : text.indexOf(' ', first + 1)
  if (second === -1 || second > 400) return undefined
  const pod = text.slice(0, first)
  const container = text.slice(first + 1, second)
  const rest = text.slice(second + 1)
  if (!isName(pod) || !isName(container) || !startsLikeLog(rest)) return undefined
  framed.podName = pod
  framed.containerName = container
  return rest
}

/** Object names of Kubernetes: lower case, digits, `-` and `.`; compose adds `_`. */
function isName(text: string): boolean {
  return /^[a-z0-9][a-z0-9._-]{0,252}$/.test(text)
}

function startsLikeLog(text: string): boolean {
  return (
    text.startsWith('{') ||
    text.startsWith('[20') ||
    text.startsWith('[Envoy') ||
    text.startsWith('ACCESS [') ||
    /^20\d\d-\d\d-\d\dT/.test(text)
  )
}

/** Nine digits and a blank: access lines have three digits and diagnostics six, so nothing of theirs fits. */
function withoutMidlineTimestamps(text: string): string {
  let result = ''
  let kept = 0
  for (let at = text.indexOf('Z ', 30); at !== -1; at = text.indexOf('Z ', at + 1)) {
    if (!MIDLINE.test(text.slice(at - 29, at))) continue
    result += text.slice(kept, at - 29)
    kept = at + 2
  }
  return kept === 0 ? text : result + text.slice(kept)
}
const MIDLINE = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}$/
