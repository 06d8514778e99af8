import { type SeenAnswer } from '../../test/proof/seen-answers.ts';

/** What callers saw, such as `200 ×12 (3 incomplete), 503 ×1`. */
export function saw(answers: readonly SeenAnswer[]): string {
  const kept = answers.filter(({ hasLeft }) => !hasLeft);
  const left = answers.length - kept.length;
  const kinds = [...Map.groupBy(kept, ({ status }) => status)]
    .toSorted(([a], [b]) => (a ?? 999) - (b ?? 999))
    .map(([status, own]) => {
      const incomplete = own.filter(({ isIncomplete }) => isIncomplete).length;
      return `${status ?? 'no answer'} ×${own.length}${incomplete === 0 ? '' : ` (${incomplete} incomplete)`}`;
    });
  return [...kinds, ...(left === 0 ? [] : [`left ×${left}`])].join(', ');
}

/** How long the slowest read of a profile took, in the service's time; empty: there was none. */
export function slowest(answers: readonly SeenAnswer[]): string {
  const times = answers.flatMap(({ readMs }) => readMs ?? []);
  return times.length === 0 ? '' : `${(Math.max(...times) / 1000).toFixed(2)} s`;
}
