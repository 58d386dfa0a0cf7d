import { isObject, type JsonObject } from '../../../src/enrich/kubernetes/field-reader.ts'

/** What the fake serves, all below `/api/v1`. */
export type Resource = keyof typeof KINDS

/** Kind by resource. */
export const KINDS = { pods: 'Pod', services: 'Service', nodes: 'Node', namespaces: 'Namespace' } as const

/** Every resource. */
export const RESOURCES = ['pods', 'services', 'nodes', 'namespaces'] as const satisfies readonly Resource[]

/** An object as a test gives it: the server adds uid, creationTimestamp and resourceVersion. */
export interface GivenObject extends JsonObject {
  readonly metadata: GivenMetadata
}

/** The part of the metadata that the server looks at. */
export interface GivenMetadata extends JsonObject {
  readonly name: string
  readonly namespace?: string
  readonly uid?: string
}

/** An object as the server has it; kind and apiVersion are added where they are told. */
export interface StoredObject extends GivenObject {
  readonly metadata: GivenMetadata & { readonly uid: string; readonly resourceVersion: string }
}

/** A resource of this name; undefined when it is not served. */
export function resourceNamed(name: string | undefined): Resource | undefined {
  return RESOURCES.find((resource) => resource === name)
}

/** `shop/web-1`, and the name alone where there are no namespaces: lists are in this order. */
export function keyOf({ metadata: { namespace, name } }: GivenObject): string {
  return namespace === undefined ? name : `${namespace}/${name}`
}

/** The text at a dotted path; empty when there is none, as field selectors see it. */
export function textAt(object: JsonObject, path: string): string {
  let value: unknown = object
  for (const key of path.split('.')) value = isObject(value) ? value[key] : undefined
  return typeof value === 'string' ? value : value === undefined || value === null ? '' : JSON.stringify(value)
}

/** The same object at another version. */
export function atVersion(object: StoredObject, version: number): StoredObject {
  return { ...object, metadata: { ...object.metadata, resourceVersion: String(version) } }
}
