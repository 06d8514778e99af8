import { Registry } from 'prom-client';
import { accepts } from '../http-server/accepts.ts';

/** All metrics as text. */
export interface Exposition {
  readonly contentType: string;
  readonly text: string;
}

/**
 * The metrics in the format that a scraper's `Accept` asks for: OpenMetrics 1.0 when it names it, else Prometheus's text
 * format. It converts the text itself, because prom-client renames counters permanently when it writes OpenMetrics.
 */
export async function expose(registry: Registry, accept: string | undefined): Promise<Exposition> {
  const text = await registry.metrics();
  if (!accepts(accept, 'application/openmetrics-text')) return { contentType: registry.contentType, text };
  return { contentType: Registry.OPENMETRICS_CONTENT_TYPE, text: toOpenMetrics(text) };
}

/** In OpenMetrics a counter's family has no `_total`, no line is empty, and the text ends with a mark. */
const toOpenMetrics = (text: string): string =>
  `${text
    .replace(/^# (HELP|TYPE) (\w+)_total /gm, '# $1 $2 ')
    .replace(/\n+/g, '\n')
    .trimEnd()}\n# EOF\n`;
