import type { Kibana } from '../../clients/kibana.ts'
import type { Target } from '../object.ts'
import { expectKibana } from './expect-kibana.ts'
import { type KibanaObjectsOptions, rules, savedObjects } from './objects.ts'
import { findRule, removeRule, writeRule } from './rule-calls.ts'
import { findSavedObject, removeSavedObject, writeSavedObject } from './saved-object-calls.ts'

/** What goes into one space of a Kibana. Asks nothing before the first call, and then first what it talks to. */
export function kibanaTarget(kibana: Kibana, { namespaces }: Pick<KibanaObjectsOptions, 'namespaces'>): Target {
  const options = { namespaces, space: kibana.space }
  const saved = new Map(savedObjects(options).map((object) => [object.id, object]))
  const alerts = new Map(rules(options).map((object) => [object.id, object]))
  let expected: Promise<void> | undefined
  const ready = () => (expected ??= expectKibana(kibana))
  return {
    objects: [...saved.values(), ...alerts.values()],
    async find({ id }) {
      await ready()
      const rule = alerts.get(id)
      return rule === undefined ? findSavedObject(kibana, known(saved, id)) : findRule(kibana, rule)
    },
    async write({ id }) {
      await ready()
      const rule = alerts.get(id)
      return rule === undefined ? writeSavedObject(kibana, known(saved, id)) : writeRule(kibana, rule)
    },
    async remove({ id }) {
      await ready()
      const rule = alerts.get(id)
      await (rule === undefined ? removeSavedObject(kibana, known(saved, id)) : removeRule(kibana, rule))
      return undefined
    },
  }
}

function known<T>(objects: ReadonlyMap<string, T>, id: string): T {
  const object = objects.get(id)
  if (object === undefined) throw new Error(`no object of this target: ${id}`)
  return object
}
