/** A release of Elasticsearch. */
export interface ServerVersion {
  readonly major: number
  readonly minor: number
}

/** What bootstrap writes for where nothing says which server it will be: the oldest that it is tested with. */
export const ASSUMED_VERSION = '8.19.0'

/** Data stream lifecycles, which the templates need, are there since. */
const OLDEST: ServerVersion = { major: 8, minor: 14 }

/** The release in `8.19.21` and alike; undefined where there is none. */
export function serverVersionOf(text: string): ServerVersion | undefined {
  const found = /^(\d{1,3})\.(\d{1,3})(?:[.-]|$)/.exec(text)
  return found === null ? undefined : { major: Number(found[1]), minor: Number(found[2]) }
}

/** Whether the templates can be installed there. */
export function isSupported(version: ServerVersion): boolean {
  return isAtLeast(version, OLDEST)
}

/** Index mode `logsdb`, generally available since 8.17. */
export function hasLogsdb(version: ServerVersion): boolean {
  return isAtLeast(version, { major: 8, minor: 17 })
}

/** `data_stream_options` in templates: since 8.19, and since 9.1 in 9. */
export function hasFailureStore(version: ServerVersion): boolean {
  return isAtLeast(version, version.major === 8 ? { major: 8, minor: 19 } : { major: 9, minor: 1 })
}

function isAtLeast(version: ServerVersion, { major, minor }: ServerVersion): boolean {
  return version.major > major || (version.major === major && version.minor >= minor)
}
