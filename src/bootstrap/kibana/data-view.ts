import { idIn } from './space.ts'
import { type InstallableSavedObject, type Place, type Reference, savedObject } from './saved-object.ts'

const NAME = 'flagship-envoy-access'

/** The data view that searches and dashboard are built on: access lines, healthy and failed. */
export function dataView(place: Place): InstallableSavedObject {
  return savedObject(
    {
      type: 'index-pattern',
      name: NAME,
      references: [],
      attributes: (mark) => ({
        title: place.pattern,
        name: 'Envoy access logs',
        timeFieldName: '@timestamp',
        fieldFormatMap: JSON.stringify({ 'event.duration': DURATION }),
        fieldAttrs: '{}',
        runtimeFieldMap: '{}',
        sourceFilters: '[]',
        typeMeta: JSON.stringify({ managed_by: 'flagship', mark }), // a data view has no description
      }),
    },
    place,
  )
}

/** How objects name the data view they read. */
export function dataViewReference({ space }: Place, name: string): Reference {
  return { type: 'index-pattern', id: idIn(space, NAME), name }
}

const DURATION = {
  id: 'duration',
  params: { inputFormat: 'nanoseconds', outputFormat: 'asMilliseconds', outputPrecision: 1, showSuffix: true },
}
