import { Registry } from 'prom-client';
import { accepts } from '../http-server/accepts.ts';

/** All metrics as text. */
export interface Exposition {
  readonly contentType: string;
  readonly text: string;
}

/**
 * The metrics in the format that a scraper's `Accept` asks for: OpenMetrics 1.0 when it names it, else Prometheus's text format.
 * prom-client renames counters for good when it writes OpenMetrics itself.
 */
export async function expose(registry: Registry, accept: string | undefined): Promise<Exposition> {
  const text = await registry.metrics();
  if (!accepts(accept, 'application/openmetrics-text')) return { contentType: registry.contentType, text };
  return { contentType: Registry.OPENMETRICS_CONTENT_TYPE, text: toOpenMetrics(text) };
}

/** A counter's family is named without `_total`; no line is empty; the end is marked. */
const toOpenMetrics = (text: string): string =>
  `${text
    .replace(/^# (HELP|TYPE) (\w+)_total /gm, '# $1 $2 ')
    .replace(/\n+/g, '\n')
    .trimEnd()}\n# EOF\n`;
