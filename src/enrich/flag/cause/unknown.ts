import { CHECK } from '../checks.ts'
import type { Cause } from '../explanation.ts'

/** What the catalogue does not know, or a line does not prove. */
export const UNKNOWN_CAUSES = {
  unknown_details: {
    fault: 'other',
    sentence: 'This proxy produced the status itself, for a reason that this catalogue does not know.',
    typical: ['A filter or plugin with its own words', 'A newer release of Envoy'],
    checks: ['Read response_code_details of the line', CHECK.envoyFilters],
    isBenign: true,
  },
  unknown_flag: {
    fault: 'other',
    sentence: 'The line has a response flag that this catalogue does not know.',
    typical: ['An extension that registers its own flag (possible since Envoy 1.30)', 'A newer release of Envoy'],
    checks: [
      'Is it documented? https://www.envoyproxy.io/docs/envoy/latest/configuration/observability/access_log/usage',
      CHECK.envoyFilters,
    ],
    isBenign: true,
  },
  undecided: {
    fault: 'other',
    sentence: 'The line does not prove who chose the status.',
    typical: ['A log format without response_code_details', 'x-envoy-upstream-service-time is suppressed'],
    checks: [
      'Log the reason: add %RESPONSE_CODE_DETAILS% to the access log format (in the default format since Istio 1.9)',
      CHECK.serverLine,
    ],
  },
} as const satisfies Record<string, Cause>
