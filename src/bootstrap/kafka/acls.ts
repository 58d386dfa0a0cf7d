/** One thing that somebody may do, as Kafka's ACLs have it. */
export interface AccessRule {
  readonly type: 'topic' | 'group' | 'transactional-id'
  readonly names: readonly string[]
  /** Whether it is about everything whose name begins so. */
  readonly isPrefix?: boolean
  readonly operations: readonly string[]
}

/** Somebody, by the name that follows `User:`, and all that they need. */
export interface Grant {
  readonly user: string
  /** What they do, for who reads it. */
  readonly purpose: string
  readonly rules: readonly AccessRule[]
}

/** What a consumer group needs. */
export function readerGrant(user: string, group: string, topics: readonly string[]): Grant {
  const rules = [
    { type: 'topic', names: topics, operations: ['Read', 'Describe'] },
    { type: 'group', names: [group], operations: ['Read'] },
  ] as const
  return { user, purpose: `consumer group ${group}`, rules }
}

/** A script for `sh` that grants it with kafka-acls.sh; it may be run again. */
export function grantScript({ user, purpose, rules }: Grant): string {
  const lines = rules.map(({ type, names, isPrefix, operations }) => {
    const what = [
      ...(isPrefix === true ? ['--resource-pattern-type prefixed'] : []),
      ...operations.map((each) => `--operation ${each}`),
      ...names.map((name) => `--${type} ${quoted(name)}`),
    ]
    return `allow ${what.join(' ')}\n`
  })
  return `#!/bin/sh
# Rights of ${quoted(`User:${user}`)}: ${purpose}.
# KAFKA is a broker, ADMIN a file with the settings of a client that may grant (ALTER on the cluster).
set -eu
allow() { kafka-acls.sh --bootstrap-server "$KAFKA" --command-config "$ADMIN" --add --allow-principal ${quoted(`User:${user}`)} "$@"; }
${lines.join('')}`
}

/** One word for a shell. */
export function quoted(text: string): string {
  return /^[\w.:=/-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`
}
