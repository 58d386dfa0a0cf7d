import type { JsonText } from '../../record/field.ts'
import { quote } from '../../record/quote.ts'

/** A label of an object; undefined when it has none, or one that is no text. */
export type Label = (key: string) => string | undefined

/** Labels that say what a workload is: what Kubernetes recommends and Istio derives. */
export const DEFAULT_LABELS: readonly string[] = [
  'app',
  'version',
  'app.kubernetes.io/name',
  'app.kubernetes.io/version',
  'service.istio.io/canonical-name',
  'service.istio.io/canonical-revision',
]

/** Kubernetes allows 63 characters in a label's value; a longer one is not Kubernetes' and is left out. */
const MAX_VALUE_LENGTH = 253

/** The wanted labels an object has, as one JSON object in the wanted order; undefined when it has none of them. */
export function selectLabels(label: Label, wanted: readonly string[]): JsonText | undefined {
  let json = ''
  for (const key of wanted) {
    const value = label(key)
    if (value === undefined || value === '' || value.length > MAX_VALUE_LENGTH) continue
    json += `${json === '' ? '' : ','}${quote(key)}:${quote(value)}`
  }
  return json === '' ? undefined : `{${json}}`
}

/** Istio's canonical service of a pod. Source: istio/istio, pkg/model/proxy.go CanonicalServiceName. */
export function canonicalServiceOf(label: Label, workloadName: string): string {
  return (
    present(label('service.istio.io/canonical-name')) ??
    present(label('app.kubernetes.io/name')) ??
    present(label('app')) ??
    workloadName
  )
}

function present(text: string | undefined): string | undefined {
  return text === undefined || text === '' || text.length > MAX_VALUE_LENGTH ? undefined : text
}
