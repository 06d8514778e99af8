/** What a query parameter can be; a list is sent with commas, undefined not at all. */
export type QueryValue = string | number | boolean | readonly string[] | undefined;

/** `/v1/customer-profiles/{id}` of its segments. @throws TypeError for a segment that would lead elsewhere */
export function pathOf(...segments: readonly string[]): string {
  return segments.map((segment) => `/${encoded(segment)}`).join('');
}

function encoded(segment: string): string {
  if (segment === '' || segment === '.' || segment === '..') throw new TypeError('An id or name is missing.');
  return encodeURIComponent(segment);
}

/** The query, in the order given: the same question has the same URL. */
export function queryOf(values: Readonly<Record<string, QueryValue>>): string {
  const pairs = Object.entries(values).flatMap(([name, value]) => {
    if (value === undefined) return [];
    const items = typeof value === 'object' ? value : [String(value)];
    return [`${name}=${items.map(encodeURIComponent).join(',')}`];
  });
  return pairs.length === 0 ? '' : `?${pairs.join('&')}`;
}
