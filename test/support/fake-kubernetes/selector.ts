import { type JsonObject } from '../../../src/enrich/kubernetes/field-reader.ts'
import { type Resource, textAt } from './object.ts'

const COMMON = ['metadata.name', 'metadata.namespace']
/** Source: kubernetes, pkg/apis/core/v1/conversion.go. */
const FIELDS: Readonly<Record<Resource, readonly string[]>> = {
  pods: [
    ...COMMON,
    'spec.nodeName',
    'spec.restartPolicy',
    'spec.schedulerName',
    'spec.serviceAccountName',
    'spec.hostNetwork',
    'status.phase',
    'status.podIP',
    'status.nominatedNodeName',
  ],
  services: [...COMMON, 'spec.clusterIP', 'spec.type'],
  nodes: ['metadata.name', 'spec.unschedulable'],
  namespaces: ['metadata.name', 'status.phase'],
}

/** Whether an object is among those that were asked for. */
export type Selector = (object: JsonObject) => boolean

/** A selector, or the field that the resource cannot be selected by. */
export type ParsedSelector =
  | { readonly ok: true; readonly selects: Selector }
  | { readonly ok: false; readonly field: string }

interface Requirement {
  readonly field: string
  readonly isEqual: boolean
  readonly value: string
}

/** Read a `fieldSelector`: `spec.nodeName=a,status.phase!=Failed`. */
export function parseSelector(resource: Resource, text: string): ParsedSelector {
  const requirements = text.split(',').filter(Boolean).map(requirementIn)
  const stranger = requirements.find(({ field }) => !FIELDS[resource].includes(field))
  if (stranger !== undefined) return { ok: false, field: stranger.field }
  return {
    ok: true,
    selects: (object) =>
      requirements.every(({ field, isEqual, value }) => (fieldOf(object, field) === value) === isEqual),
  }
}

function requirementIn(text: string): Requirement {
  const [, field = text, operator = '', value = ''] = /^(.*?)(!=|==|=)(.*)$/.exec(text) ?? []
  return { field, isEqual: operator !== '!=', value }
}

function fieldOf(object: JsonObject, field: string): string {
  const text = textAt(object, field)
  return field === 'spec.hostNetwork' && text === '' ? 'false' : text
}
