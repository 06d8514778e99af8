import { type Sent } from './judge.ts';

/**
 * Whether a process calls a version fresh after it has called a later one so. It does not hold where something was lost since.
 * @param what the source, and for a connector its billing customer
 */
export function judgeOrder({ truth, step, shown }: Sent, what: string, version: number): readonly string[] {
  const name = `${step.by} ${what}`;
  const before = shown.get(name) ?? 0;
  const last = truth.shown.get(name);
  truth.shown.set(name, Math.max(last ?? 0, version));
  return version < before && last !== undefined
    ? [`${what} v${version} is called fresh after v${before} by the same process`]
    : [];
}
