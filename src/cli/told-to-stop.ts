import { once } from 'node:events'

/** Resolves to the first signal; after it a second one has its usual effect and ends the process at once. */
export async function toldToStop(): Promise<string> {
  const heard = new AbortController()
  const { signal } = heard
  const wait = (name: string) => once(process, name, { signal }).then(() => name)
  try {
    return await Promise.race([wait('SIGTERM'), wait('SIGINT')])
  } finally {
    heard.abort()
  }
}
