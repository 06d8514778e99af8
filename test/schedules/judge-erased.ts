import { type Sent } from './judge.ts';

/** Whether the status is right for what is known of the customer's erasure. @param reached whether the process could know of it */
export function judgeErased(sent: Sent, status: number, reached: boolean): readonly string[] {
  const { truth } = sent;
  const wasNever = sent.erased === 'no' && sent.erasureRequests === truth.erasureRequests;
  if (status === 410 && wasNever) return ['410 for a customer that is not erased'];
  const isErased = sent.erased === 'yes' && truth.erased === 'yes';
  return isErased && reached && status === 200 ? ['an erased customer is answered'] : [];
}

/** Values that an erasure has removed, fresh or stale. The sandbox counts them from 1; names in connectors are of version 0. */
export function resurrected({ truth, removedBelow }: Sent, text: string): readonly string[] {
  if (!removedBelow || !truth.removedBelow) return [];
  return [...text.matchAll(/(reseller|stripe) org\d-cust\d v([1-9]\d*)/g)].flatMap(([value, source, version]) =>
    Number(version) < removedBelow[source === 'stripe' ? 'stripe' : 'reseller']
      ? [`an erased value is back: ${value}`]
      : [],
  );
}
