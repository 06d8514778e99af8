import { type OtlpReceiver, type ReceivedSpan } from '../../support/otlp-receiver.ts';
import { settled } from '../../support/passing-time.ts';
import { type Service, type Variables } from '../../support/service.ts';

/** Traces in JSON, all of them unless `more` says otherwise. */
export const tracedTo = ({ url }: OtlpReceiver, more: Variables = {}): Variables => ({
  OTEL_EXPORTER_OTLP_ENDPOINT: url,
  OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
  ...more,
});

/** What was exported since the last `clear`, once all that is under way has ended. */
export async function exported(service: Service, receiver: OtlpReceiver): Promise<readonly ReceivedSpan[]> {
  await settled(service);
  await service.app.getHttpAdapter().getInstance().traces?.flush();
  return receiver.spans;
}

/** The spans below this one. */
export const below = (spans: readonly ReceivedSpan[], { spanId }: ReceivedSpan): readonly ReceivedSpan[] =>
  spans.filter(({ parentSpanId }) => parentSpanId === spanId);

/** The only span with this name. */
export function only(spans: readonly ReceivedSpan[], name: string): ReceivedSpan {
  const [one, ...others] = spans.filter((span) => span.name === name);
  if (!one || others.length > 0) throw new Error(`${others.length + (one ? 1 : 0)} spans are called ${name}`);
  return one;
}
