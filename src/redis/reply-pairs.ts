/** The pairs of a reply that lists them flat, such as members with their scores. */
export const pairsIn = (flat: readonly unknown[]): readonly (readonly [first: string, second: string])[] =>
  flat.flatMap((first, at) => (at % 2 === 0 ? [[String(first), String(flat[at + 1])] as const] : []));
