import type { PodFacts } from './pod-table.ts'
import type { Hint } from './resolution.ts'
import type { ServiceFacts } from './service-table.ts'

/**
 * The one pod that fits what else the line says; undefined when none or several do.
 *
 * Nearness in time does not decide: clocks that differ by the tolerance would make it name the wrong one of two owners.
 */
export function choosePod(pods: readonly PodFacts[], hint: Hint | undefined): PodFacts | undefined {
  if (hint?.namespace === undefined) return undefined
  const { serviceAccount, service } = hint
  const inNamespace = pods.filter((pod) => pod.namespace === hint.namespace)
  const fitting =
    serviceAccount === undefined ? inNamespace : inNamespace.filter((pod) => pod.serviceAccount === serviceAccount)
  if (fitting.length <= 1 || service === undefined) return only(fitting)
  return only(fitting.filter((pod) => pod.canonicalService === service))
}

/** The one service of several with the same address that the line means; undefined when it does not say. */
export function chooseService(services: readonly ServiceFacts[], hint: Hint | undefined): ServiceFacts | undefined {
  if (services.length <= 1) return services[0]
  const inNamespace = services.filter((service) => service.namespace === hint?.namespace)
  if (inNamespace.length <= 1 || hint?.service === undefined) return only(inNamespace)
  return only(inNamespace.filter((service) => service.name === hint.service))
}

function only<Item>(items: readonly Item[]): Item | undefined {
  return items.length === 1 ? items[0] : undefined
}
