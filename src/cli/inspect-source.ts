import { SchemaRegistry } from '../clients/schema-registry.ts'
import { SYSTEM_CLOCK } from '../clock.ts'
import type { Config } from '../config/schema.ts'
import { FlagshipError } from '../errors.ts'
import { type Complaint, complaintOf } from '../sinks/complaint.ts'

/** Any: which ids there are only messages say. */
const SCHEMA_ID = 1

/** Ask the schema registry of a Kafka source whether it would let us read schemas; undefined where there is none. */
export async function inspectSource({ kafka }: Config['ingest']): Promise<readonly Complaint[] | undefined> {
  if (kafka?.registry === undefined) return undefined
  try {
    await new SchemaRegistry(kafka.registry, SYSTEM_CLOCK).schemaOf(SCHEMA_ID)
    return []
  } catch (error) {
    if (!(error instanceof FlagshipError)) throw error
    return [complaintOf(error)]
  }
}
