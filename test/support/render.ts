/** Values of one line by operator as a template writes it, such as `REQ(USER-AGENT)`; what is missing is absent. */
export type Values = Readonly<Record<string, string | undefined>>

/** Print a line as Envoy does: values as they are, cut to their limits, and `absent` where there is none. */
export function render(template: string, values: Values, absent = '-'): string {
  return template.replaceAll(/%([A-Z0-9_]+(?:\([^)]*\))?)(?::(\d+))?%/g, (_, operator: string, limit?: string) => {
    const value = values[operator] ?? absent
    return limit === undefined ? value : Buffer.from(value).subarray(0, Number(limit)).toString()
  })
}
