import { readFileSync } from 'node:fs';

/** Of an installation: where the person on call reads docs/runbook.md. */
const { runbook: RUNBOOK } = JSON.parse(
  readFileSync(new URL('../../../deploy/monitoring/addresses.json', import.meta.url), 'utf8'),
) as { readonly runbook: string };

/** The labels that distinguish installations. Without namespaces this is the job alone. */
export const BY = 'namespace, job';

export interface RecordingRule {
  readonly record: string;
  readonly expr: string;
}

export interface AlertingRule {
  readonly alert: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels: { readonly severity: 'page' | 'ticket' };
  readonly annotations: { readonly summary: string; readonly runbook_url: string };
}

export interface AlertTerms {
  readonly expr: string;
  /** How long it must hold; absent: it fires at once. */
  readonly for?: string;
  /** page: needs a person now. ticket: needs a person today. */
  readonly severity: 'page' | 'ticket';
  /** One sentence. It may name labels, as `{{ $labels.upstream }}`. */
  readonly summary: string;
  /** Of docs/runbook.md, as an anchor. */
  readonly heading: string;
}

export function alert(name: string, { expr, for: holds, severity, summary, heading }: AlertTerms): AlertingRule {
  return {
    alert: name,
    expr,
    ...(holds === undefined ? {} : { for: holds }),
    labels: { severity },
    annotations: { summary, runbook_url: `${RUNBOOK}#${heading}` },
  };
}
