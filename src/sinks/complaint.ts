/** `unreachable`: nobody knows the rest. `wrong`: it will not work. `weak`: it works, and something is not kept. */
export interface Complaint {
  readonly kind: 'unreachable' | 'wrong' | 'weak'
  readonly message: string
}
