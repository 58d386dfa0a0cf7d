import { describe, expect, test } from 'vitest'
import { type Frame, unframe } from '../../../../src/ingest/frame/frame.ts'
import { emptyFrame } from '../../../../src/ingest/frame/framed.ts'

function read(frame: Frame, line: string | Buffer) {
  const bytes = Buffer.from(line)
  const framed = emptyFrame()
  unframe(frame, bytes, 0, bytes.length, framed)
  const { from, to, text, ...rest } = framed
  return { ...rest, content: text ?? bytes.toString('utf8', from, to) }
}

const time = '2026-11-22T13:17:36.995050744Z'

describe('unframe() reads CRI', () => {
  test.for([
    ['a full line', `${time} stdout F hello`, { time, stream: 'stdout', isPartial: false, content: 'hello' }],
    ['a piece', `${time} stderr P hel`, { time, stream: 'stderr', isPartial: true, content: 'hel' }],
    ['an empty line', `${time} stdout F `, { time, isPartial: false, content: '' }],
    ['an empty line whose blank is missing', `${time} stdout F`, { time, content: '' }],
    ['tags after the first', `${time} stdout F:x:y hello`, { time, content: 'hello' }],
    [
      'an offset in place of Z',
      '2026-11-22T14:17:36.9+01:00 stdout F x',
      { time: '2026-11-22T14:17:36.9+01:00', content: 'x' },
    ],
    ['blanks at the start of the content', `${time} stdout F   x`, { content: '  x' }],
    ['NUL bytes in front', `\0\0\0${time} stdout F x`, { time, content: 'x' }],
    ['something that is not CRI', 'hello world', { time: undefined, stream: '', content: 'hello world' }],
    ['an unknown stream', `${time} stdxxx F x`, { time: undefined, content: `${time} stdxxx F x` }],
    ['an unknown tag', `${time} stdout X x`, { time: undefined, content: `${time} stdout X x` }],
    ['a line cut inside the frame', `${time} stdo`, { time: undefined, content: `${time} stdo` }],
  ] as const)('%s', ([, line, expected]) => {
    expect(read('cri', line)).toMatchObject(expected)
  })
})

describe('unframe() reads docker json-file', () => {
  const docker = (log: string) => JSON.stringify({ log, stream: 'stdout', time })
  test.for([
    ['a full line', docker('hello\n'), { time, stream: 'stdout', isPartial: false, content: 'hello' }],
    ['a piece', docker('hel'), { isPartial: true, content: 'hel' }],
    ['an empty line', docker('\n'), { isPartial: false, content: '' }],
    ['escapes', docker('a "b" \\ c\n'), { content: 'a "b" \\ c' }],
    ['broken JSON as bare content', '{"log":"x', { content: '{"log":"x' }],
  ] as const)('%s', ([, line, expected]) => {
    expect(read('docker', line)).toMatchObject(expected)
  })
})

describe('unframe() reads what stands in a pods tree', () => {
  const access = JSON.stringify({ start_time: '2022-04-01T03:23:12.738Z', response_code: 200 })
  test.for([
    ['docker json-file', JSON.stringify({ log: 'hello\n', stream: 'stdout', time }), { content: 'hello', time }],
    ['a piece of it', JSON.stringify({ log: 'hel', stream: 'stderr', time }), { isPartial: true, stream: 'stderr' }],
    ['JSON without a frame', access, { content: access, time: undefined }],
    ['half an object', '{"log":"x', { content: '{"log":"x' }],
    ['a number, which is no object', '17', { content: '17' }],
  ] as const)('%s', ([, line, expected]) => {
    expect(read('cri', line)).toMatchObject(expected)
  })
})

describe('unframe() takes off what people pipe in', () => {
  const log = '[2022-04-01T03:23:12.738Z] "GET / HTTP/1.1" 200'
  test.for([
    ['nothing', log, { content: log }],
    ['a carriage return', `${log}\r`, { content: log }],
    ['CRI', `${time} stdout F ${log}`, { content: log, time }],
    ['docker', JSON.stringify({ log: `${log}\n`, stream: 'stdout', time }), { content: log, time }],
    [
      'CRI inside an export',
      JSON.stringify({ log: `${time} stderr F ${log}` }),
      { content: log, time, stream: 'stderr', isPartial: false },
    ],
    ['an export with message', JSON.stringify({ message: log }), { content: log, isPartial: false }],
    ['kubectl --timestamps', `${time} ${log}`, { content: log, time }],
    [
      'kubectl --prefix',
      `[pod/web-1/istio-proxy] ${log}`,
      { content: log, podName: 'web-1', containerName: 'istio-proxy' },
    ],
    ['both', `[pod/web-1/istio-proxy] ${time} ${log}`, { content: log, podName: 'web-1', time }],
    ['stern', `web-1 istio-proxy ${log}`, { content: log, podName: 'web-1', containerName: 'istio-proxy' }],
    [
      'stern in colour',
      `\u001b[32mweb-1\u001b[0m \u001b[36mistio-proxy\u001b[0m ${log}`,
      { content: log, podName: 'web-1' },
    ],
    ['docker compose', `envoy-1  | ${log}`, { content: log }],
    [
      'a timestamp in the middle',
      '"127.0.2021-02-01T21:34:38.761055140Z 0.1:8000" inbound',
      { content: '"127.0.0.1:8000" inbound' },
    ],
    [
      'not the time of a diagnostic',
      '2023-02-22T06:39:55.716246Z\tinfo\tready',
      { content: '2023-02-22T06:39:55.716246Z\tinfo\tready' },
    ],
    ['not the first words of a sentence', 'connection reset by peer', { content: 'connection reset by peer' }],
    [
      'not a custom format that starts with a time',
      '2026-02-06T10:00:00.123Z GET / 200',
      { content: '2026-02-06T10:00:00.123Z GET / 200' },
    ],
    [
      'not a diagnostic object with a message',
      '{"level":"info","scope":"access","message":"connection complete"}',
      { content: '{"level":"info","scope":"access","message":"connection complete"}' },
    ],
  ] as const)('%s', ([, line, expected]) => {
    expect(read('auto', line)).toMatchObject(expected)
  })
})
