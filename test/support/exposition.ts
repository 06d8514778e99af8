/** A line of `/metrics`. */
export interface Series {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/**
 * The series of a metric that carry these labels, and perhaps others; none while such labels have not been seen.
 * @throws Error when there is no metric of that name, or none of its series has a label of one of these names: a test would read a
 * misspelt name as 0
 */
export function seriesOf(exposition: string, name: string, labels: Series['labels'] = {}): readonly Series[] {
  const parts = familyOf(name);
  const types = new Map([...exposition.matchAll(/^# TYPE (\S+) (\w+)$/gm)].map(([, of = '', type = '']) => [of, type]));
  if (!types.has(name) && types.get(parts) !== 'histogram' && types.get(parts) !== 'summary')
    throw new Error(`there is no metric ${name}`);
  const all = exposition.split('\n').flatMap((line) => (line.startsWith(name) ? seriesIn(line) : []));
  const own = all.filter((series) => series.name === name);
  for (const label of Object.keys(labels))
    if (own.length > 0 && own.every((series) => series.labels[label] === undefined))
      throw new Error(`no series of ${name} has a label ${label}`);
  return own.filter((series) => Object.entries(labels).every(([label, value]) => series.labels[label] === value));
}

/** The metric to which a series of a histogram or summary belongs; the name of any other without such an end. */
export const familyOf = (name: string): string => name.replace(/_(?:bucket|sum|count)$/, '');

/**
 * What one series says; 0 while its labels have not been seen.
 * @param series with all its labels, such as `name{label="value"}`
 * @throws Error as `seriesOf`
 */
export function countOf(exposition: string, series: string): number {
  const [wanted] = seriesIn(series);
  if (!wanted) throw new Error(`${series} is no series`);
  return seriesOf(exposition, wanted.name, wanted.labels).reduce((sum, { value }) => sum + value, 0);
}

/** @param text such as `name{label="value"} 1`; the value may be left out */
export function seriesIn(text: string): readonly Series[] {
  const [, name, inner = '', value = ''] = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})?(?: (\S+))?$/.exec(text) ?? [];
  if (name === undefined) return [];
  const pairs = [...inner.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, label = '', said = '']) => [label, said]);
  return [
    { name, labels: Object.fromEntries(pairs) as Series['labels'], value: Number(value.replace('Inf', 'Infinity')) },
  ];
}
