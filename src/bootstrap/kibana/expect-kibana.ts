import { DEFAULT_SPACE, type Kibana } from '../../clients/kibana.ts'
import { FlagshipError } from '../../errors.ts'
import { at, textAt } from '../../sinks/elasticsearch/parts-of-json.ts'
import { refusal } from './refusal.ts'

/** @throws FlagshipError when it is no Kibana, one that is too old, or one without the space. */
export async function expectKibana(kibana: Kibana): Promise<void> {
  const answer = await kibana.request({ method: 'GET', path: '/api/status' })
  const isKibana = answer.statusCode === 200 && at(answer.body, 'status') !== undefined
  if (!isKibana) {
    if (answer.statusCode === 200)
      throw new FlagshipError('SINK_MISCONFIGURED', `Cannot use "${kibana.origin}": what answers there is no Kibana`)
    throw refusal(kibana, { what: 'read the status', privilege: '"Saved Objects Management: All"' }, answer)
  }
  expectVersion(textAt(answer.body, 'version', 'number'))
  if (kibana.space !== DEFAULT_SPACE) await expectSpace(kibana)
}

/** Kibana tells its version only to those it knows; where it does not, the first call says who we are not. */
function expectVersion(version: string | undefined): void {
  const parts = /^([0-9]+)\.([0-9]+)\./.exec(version ?? '')
  if (parts === null) return
  const [major, minor] = [Number(parts[1]), Number(parts[2])]
  const isNewEnough = major > 9 || (major === 9 && minor >= 1) || (major === 8 && minor >= 19)
  if (isNewEnough) return
  throw new FlagshipError(
    'SINK_MISCONFIGURED',
    `Cannot install on Kibana "${version}": it is too old; 8.19, or 9.1 and newer, make an alert of each row of a rule`,
  )
}

async function expectSpace(kibana: Kibana): Promise<void> {
  const { space } = kibana
  const answer = await kibana.request({ method: 'GET', path: `/api/spaces/space/${encodeURIComponent(space)}` })
  if (answer.statusCode === 200) return
  if (answer.statusCode === 404)
    throw new FlagshipError(
      'SINK_MISCONFIGURED',
      `Cannot use space "${space}": Kibana "${kibana.origin}" has none of that name; make it under Stack Management > Spaces`,
    )
  throw refusal(kibana, { what: `use space "${space}"`, privilege: '"Saved Objects Management: All"' }, answer)
}
