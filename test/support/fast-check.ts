/** fast-check with the same examples in each run; FLAGSHIP_SEED is another seed. */
import { configureGlobal } from 'fast-check'

configureGlobal({ seed: Number(process.env['FLAGSHIP_SEED'] ?? 1) })

export * from 'fast-check'
