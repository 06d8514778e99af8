/** The numbers of a reply that lists exactly so many; null: it is another reply, as from a server that is no Redis. */
export function numbersIn(reply: unknown, count: number): readonly number[] | null {
  const isList = Array.isArray(reply) && reply.length === count && reply.every((one) => typeof one === 'number');
  return isList ? reply : null;
}
