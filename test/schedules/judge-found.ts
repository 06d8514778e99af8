import { type Estate } from './estate.ts';
import { type Answer, type Sent } from './judge.ts';

/** Customers found by the first billing customer of one: it, exactly when its stored link names that. @param isKnown whether the process must know the link */
export function judgeFound(estate: Estate, { truth, step }: Sent, answer: Answer, isKnown: boolean): readonly string[] {
  if (answer.status !== 200) return [];
  const { customerIds } = JSON.parse(answer.text) as { readonly customerIds: readonly string[] };
  const others = customerIds.filter((id) => id !== truth.customerId);
  if (others.length > 0) return [`found ${others.join()} by a billing customer of ${truth.mark}`];
  const isFound = customerIds.length > 0;
  const isLinked = truth.link === truth.billing[0];
  if (truth.link === undefined || !isKnown || !estate.reaches(step.by) || isFound === isLinked) return [];
  return [
    isFound
      ? `${truth.mark} is found by a billing customer that its link does not name`
      : `${truth.mark} is not found by its link`,
  ];
}
