import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { thresholdTable } from '../../../../src/bootstrap/alert-thresholds.ts'
import { fieldsOf } from '../../../../src/bootstrap/kibana/condition.ts'
import { kibanaNdjson, kibanaObjects, rules, savedObjects } from '../../../../src/bootstrap/kibana/objects.ts'
import { ALERT_RULES } from '../../../../src/bootstrap/kibana/rules.ts'
import type { Field } from '../../../../src/record/field.ts'
import { FIELDS } from '../../../../src/record/fields.ts'
import { elasticsearchMapping, type Mapping } from '../../../../src/record/elasticsearch-mapping.ts'
import { dslOfKql, fieldsOfDsl } from '../../../support/kql.ts'

const OPTIONS = { namespaces: ['default'], space: 'default' }
const MAPPED = mappedFields(elasticsearchMapping())

describe('kibanaObjects()', () => {
  test('has stable ids: an upgrade replaces what has them', () => {
    expect(kibanaObjects(OPTIONS).map(({ kind, id }) => `${kind} ${id}`)).toEqual([
      'data view flagship-envoy-access',
      'saved search flagship-search-failures-by-cause',
      'saved search flagship-search-uc-now',
      'saved search flagship-search-no-route',
      'saved search flagship-search-denied',
      'saved search flagship-search-plaintext',
      'saved search flagship-search-leaves-mesh',
      'saved search flagship-search-slow',
      'saved search flagship-search-request-id',
      'dashboard flagship-dashboard',
      'alert rule b890bc24-bbb6-48d6-a3e2-ca5936958dda',
      'alert rule 1039386c-743f-4cd8-bd64-a16161f4c54e',
      'alert rule 090c9b3d-65ce-4bb6-aa8e-0690bf4e72c1',
      'alert rule c8cb7143-4978-41ef-86a6-6161180efd01',
      'alert rule 9f159e7c-4302-48cb-aab8-df98bc66b5d6',
      'alert rule 4523eb91-c918-4e45-9503-0f08c908ee93',
      'alert rule c82244a2-7507-46bd-8769-d078f0b190ee',
      'alert rule f5ba6cbc-b9e6-4799-bd26-e8b2b3772c8e',
      'alert rule 60abbe99-bd7c-446a-8695-92daff4b0356',
      'alert rule 918a6e27-478b-4edb-b422-485b9f818fe1',
    ])
  })

  test('gives equal bytes for equal options, and each object a file of its own', () => {
    expect(JSON.stringify(kibanaObjects(OPTIONS))).toBe(JSON.stringify(kibanaObjects(OPTIONS)))
    const files = kibanaObjects(OPTIONS).map(({ fileName }) => fileName)
    expect(new Set(files).size).toBe(files.length)
    for (const file of files) expect(file).toMatch(/^kibana\/[a-z0-9-]+\.json$/)
  })

  test('marks every object with flagship, the version and a fingerprint', () => {
    for (const { body } of kibanaObjects(OPTIONS)) expect(JSON.stringify(body)).toMatch(/flagship:v1:[0-9a-f]{16}/)
  })

  test('looks at the healthy and the failed lines of every namespace, and at no others', () => {
    const [view] = savedObjects({ namespaces: ['default', 'pay'], space: 'default' })
    expect(view?.savedObject.attributes['title']).toBe('logs-envoy.access*-default,logs-envoy.access*-pay')
  })

  test('has other ids in another space, because ids are unique over all spaces of a Kibana', () => {
    const here = kibanaObjects(OPTIONS).map(({ id }) => id)
    const there = kibanaObjects({ ...OPTIONS, space: 'team-a' })
    expect(there.filter(({ id }) => here.includes(id))).toEqual([])
    expect(there.map(({ id }) => id)).toEqual(kibanaObjects({ ...OPTIONS, space: 'team-a' }).map(({ id }) => id))
    for (const { id } of there.filter(({ kind }) => kind === 'alert rule')) expect(id).toMatch(UUID_V4)
  })

  test('names each object of a space only by ids of that space', () => {
    const objects = savedObjects({ ...OPTIONS, space: 'team-a' }).map(({ savedObject }) => savedObject)
    const ids = objects.map(({ id }) => id)
    for (const { references } of objects) for (const { id } of references) expect(ids).toContain(id)
  })
})

describe('kibanaNdjson()', () => {
  const objects = kibanaNdjson(OPTIONS)
    .split('\n')
    .filter((line) => line !== '')
    .map((line): Json => JSON.parse(line))

  test('has one object a line, those that are referred to first', () => {
    const seen: unknown[] = []
    for (const object of objects) {
      for (const reference of asList(object['references'])) expect(seen).toContain(Reflect.get(Object(reference), 'id'))
      seen.push(object['id'])
    }
    expect(seen).toHaveLength(10)
  })

  test.for(objects.map((object) => [object['id'], object] as const))('%s has JSON in every JSON text', ([, object]) => {
    const texts = [...textsNamed(object, /JSON$|^(fieldFormatMap|fieldAttrs|runtimeFieldMap|sourceFilters|typeMeta)$/)]
    expect(texts.length).toBeGreaterThan(0)
    for (const text of texts) expect(() => JSON.parse(text) as unknown).not.toThrow()
  })

  test.for(objects.map((object) => [object['id'], object] as const))(
    '%s uses every reference it has, and has every one it uses',
    ([, object]) => {
      const names = asList(object['references']).map((reference) => String(Reflect.get(Object(reference), 'name')))
      expect(new Set(names).size).toBe(names.length)
      expect([...usedReferences(object)].sort()).toEqual(names.sort())
    },
  )

  test.for(objects.map((object) => [object['id'], object] as const))(
    '%s is no newer than Kibana 8.17',
    ([, object]) => {
      expect(object).toMatchObject({ coreMigrationVersion: '8.8.0', managed: true })
      expect(['8.0.0', '8.9.0']).toContain(object['typeMigrationVersion'])
    },
  )

  test.for(objects.map((object) => [object['id'], object] as const))(
    '%s asks in KQL that parses, for fields that are mapped',
    ([, object]) => {
      for (const kql of kqlOfObject(unpacked(object)))
        for (const field of fieldsOfDsl(dslOfKql(kql))) expect(MAPPED).toContain(field)
      for (const field of namedFields(unpacked(object))) expect(MAPPED).toContain(field)
    },
  )

  test('shows and counts only fields that are mapped: the check above sees them', () => {
    const all = new Set(objects.flatMap((object) => [...namedFields(unpacked(object))]))
    for (const field of ['envoy.verdict.cause', 'event.duration', '@timestamp', 'envoy.policy.name', 'event.outcome'])
      expect(all).toContain(field)
  })
})

describe('ruleObject()', () => {
  const all = rules(OPTIONS)

  test.for(ALERT_RULES.map((rule, index) => [rule.name, rule, all[index]] as const))(
    '%s groups and compares fields that are mapped and have one value',
    ([, rule, object]) => {
      const names = [...rule.groupBy, ...fieldsOf(rule.hit), ...(rule.among === undefined ? [] : fieldsOf(rule.among))]
      const lists = FIELDS.filter((field: Field) => field.many === true).map(({ name }) => name)
      for (const name of [...names, ...esqlFields(esqlOfBody(object?.body))]) {
        expect(MAPPED).toContain(name)
        expect(lists).not.toContain(name)
      }
    },
  )

  test.for(ALERT_RULES.map((rule) => [rule.name, rule.id] as const))('%s has a UUID of version 4', ([, id]) => {
    expect(id).toMatch(UUID_V4)
  })

  test.for(all.map((rule) => [rule.body.name, rule.body] as const))(
    '%s is a rule Kibana takes for ES|QL, without actions',
    ([, body]) => {
      expect(body).toMatchObject({
        rule_type_id: '.es-query',
        actions: [],
        alert_delay: { active: 2 },
        schedule: { interval: '1m' },
        params: {
          searchType: 'esqlQuery',
          timeField: 'event.end',
          threshold: [0],
          thresholdComparator: '>',
          groupBy: 'row',
        },
      })
    },
  )

  test.for(all.map((rule) => [rule.body.name, esqlOfBody(rule.body)] as const))(
    '%s has balanced ES|QL of known commands and functions',
    ([, esql]) => {
      const [from, ...stages] = esql.split('\n| ')
      expect(from).toBe('FROM logs-envoy.access*-default')
      for (const stage of stages) expect(['WHERE', 'EVAL', 'STATS', 'SORT']).toContain(stage.split(' ')[0])
      const bare = esql.replaceAll(/"[^"]*"/g, '""')
      expect(bare.split('(').length).toBe(bare.split(')').length)
      const called = [...bare.matchAll(/([A-Z_]+)\(/g)].map(([, name]) => name)
      for (const name of called) expect(['SUM', 'CASE', 'COALESCE', 'VALUES', 'NOW', 'MAX']).toContain(name)
    },
  )

  test.for(all.map((rule) => [rule.body.name, esqlOfBody(rule.body)] as const))(
    '%s divides doubles, and never before the floor has ruled out zero',
    ([, esql]) => {
      const divisions = [...esql.matchAll(/(\S+) \/ /g)].map(([, dividend]) => dividend)
      expect(divisions.length).toBeGreaterThan(0)
      for (const dividend of divisions) expect(dividend).toMatch(/::double$/)
      expect(esql.indexOf('WHERE hits >= ')).toBeLessThan(esql.indexOf(' / '))
    },
  )

  test('writes the UC rule like this', () => {
    expect(esqlOfBody(all[0]?.body)).toBe(
      [
        'FROM logs-envoy.access*-default',
        'WHERE event.end > NOW() - 65 minutes',
        'EVAL envoy.destination.service = COALESCE(envoy.destination.service, "unknown"), side = CASE(envoy.direction == "inbound", "inbound", envoy.direction == "waypoint", "waypoint", "caller"), is_now = event.end > NOW() - 5 minutes, is_hit = COALESCE(event.code IN ("UC"), false)',
        'STATS hits = SUM(CASE(is_now AND is_hit, 1, 0)), lines = SUM(CASE(is_now, 1, 0)), hits_before = SUM(CASE(NOT is_now AND is_hit, 1, 0)), lines_before = SUM(CASE(NOT is_now, 1, 0)), causes = VALUES(CASE(is_now AND is_hit, envoy.verdict.cause)) BY envoy.destination.service, side',
        'WHERE hits >= 10',
        'EVAL share = hits::double / lines, share_before = CASE(lines_before > 0, hits_before::double / lines_before, 0.0)',
        'WHERE share >= 0.01 AND (share > 3 * share_before OR share >= 0.2)',
        'SORT hits DESC',
      ].join('\n| '),
    )
  })
})

describe('thresholdTable()', () => {
  test('stands in docs/kibana.md', () => {
    expect(readFileSync(new URL('../../../../docs/kibana.md', import.meta.url), 'utf8')).toContain(thresholdTable())
  })
})

const UUID_V4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

type Json = Readonly<Record<string, unknown>>

function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

function mappedFields({ properties = {} }: Mapping, prefix = ''): readonly string[] {
  return Object.entries(properties).flatMap(([name, mapping]) =>
    mapping.properties === undefined ? [`${prefix}${name}`] : mappedFields(mapping, `${prefix}${name}.`),
  )
}

function esqlOfBody(body: unknown): string {
  const query: unknown = Reflect.get(
    Object(Reflect.get(Object(Reflect.get(Object(body), 'params')), 'esqlQuery')),
    'esql',
  )
  return String(query)
}

/** Dotted names outside of strings and of the index pattern. */
function esqlFields(esql: string): readonly string[] {
  const bare = esql
    .replace(/^FROM .*/, '')
    .replaceAll(/"[^"]*"/g, '')
    .replaceAll(/[0-9]+\.[0-9]+/g, '')
  return [...new Set(bare.match(/[a-z_]+(\.[a-z_]+)+/g) ?? [])]
}

/** An object with its JSON texts read. */
function unpacked(value: unknown): unknown {
  if (typeof value === 'string' && /^[[{]/.test(value)) {
    try {
      return unpacked(JSON.parse(value))
    } catch {
      return value
    }
  }
  if (Array.isArray(value)) return value.map(unpacked)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, unpacked(member)]))
}

function* members(value: unknown): Generator<[string, unknown]> {
  if (typeof value !== 'object' || value === null) return
  for (const [name, member] of Object.entries(value)) {
    yield [name, member]
    yield* members(member)
  }
}

function* textsNamed(value: unknown, name: RegExp): Generator<string> {
  for (const [key, member] of members(value)) if (name.test(key) && typeof member === 'string') yield member
}

/** Every KQL text: `{ language: 'kuery', query }`. */
function* kqlOfObject(value: unknown): Generator<string> {
  for (const [, member] of members(value)) {
    if (typeof member !== 'object' || member === null) continue
    const query: unknown = Reflect.get(member, 'query')
    if (Reflect.get(member, 'language') === 'kuery' && typeof query === 'string') yield query
  }
}

/** Fields in columns, sorting, break-downs and Lens columns. */
function* namedFields(value: unknown): Generator<string> {
  for (const [key, member] of members(value)) {
    const isField = ['sourceField', 'breakdownField', 'timeFieldName'].includes(key)
    if (isField && typeof member === 'string' && member !== '___records___') yield member
    if (key === 'columns' && Array.isArray(member)) for (const one of member) if (typeof one === 'string') yield one
    if (key === 'sort') for (const one of asList(member)) yield String(asList(one)[0])
  }
}

/** The names of references that the attributes use. */
function* usedReferences(object: Json): Generator<string> {
  const attributes = unpacked(object['attributes'])
  yield* textsNamed(attributes, /^indexRefName$/)
  for (const [, panel] of members(attributes)) {
    const index: unknown = Reflect.get(Object(panel), 'panelIndex')
    if (typeof index !== 'string') continue
    const byRef: unknown = Reflect.get(Object(panel), 'panelRefName')
    if (typeof byRef === 'string') yield `${index}:${byRef}`
    for (const [name, layers] of members(panel))
      if (name === 'layers' && !Array.isArray(layers))
        for (const layer of Object.keys(Object(layers))) yield `${index}:indexpattern-datasource-layer-${layer}`
  }
}
