export type { Loss, LossReason } from '../record/loss.ts'
