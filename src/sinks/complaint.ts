import { KafkaFailure } from '../clients/kafka/cluster.ts'
import { RegistryFailure } from '../clients/schema-registry.ts'
import { FlagshipError, isRetryable } from '../errors.ts'

/** `unreachable`: nobody knows the rest. `wrong`: it will not work. `weak`: it works, and something is not kept. */
export interface Complaint {
  readonly kind: 'unreachable' | 'wrong' | 'weak'
  readonly message: string
}

/** Of Kafka and schema registries: what a server says is not going to change by itself, other than a silence. */
export function complaintOf(error: FlagshipError): Complaint {
  const isSaid = (error instanceof KafkaFailure || error instanceof RegistryFailure) && error.isSaid
  return { kind: isSaid || !isRetryable(error) ? 'wrong' : 'unreachable', message: error.message }
}

/** What is complained of, a failure of the asking itself included. */
export async function complaintsOf(inspecting: Promise<readonly Complaint[]>): Promise<readonly Complaint[]> {
  try {
    return await inspecting
  } catch (error) {
    if (!(error instanceof FlagshipError)) throw error
    return [complaintOf(error)]
  }
}
