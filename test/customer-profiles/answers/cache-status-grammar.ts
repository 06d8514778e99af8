/** The members of a `Cache-Status` field by parameter; true for a boolean. */
export type CacheStatus = Readonly<Record<string, string | number | true>>;

const TOKEN = /^[A-Za-z*][!#$%&'*+\-.^_`|~\w:/]*/;
const KEY = /^[a-z*][a-z0-9_\-.*]*/;
const INTEGER = /^-?\d{1,15}(?![\d.])/;
const FORWARDED = ['bypass', 'method', 'uri-miss', 'vary-miss', 'miss', 'request', 'stale', 'partial'];

/**
 * Reads a `Cache-Status` of one member strictly (RFC 9651, section 4.2; RFC 9211, section 2).
 * @throws Error naming the violation
 */
export function parseCacheStatus(field: string): { readonly cache: string; readonly parameters: CacheStatus } {
  const cache = TOKEN.exec(field)?.[0];
  if (cache === undefined) throw new Error(`no token at first: ${field}`);
  const parameters: Record<string, string | number | true> = {};
  let rest = field.slice(cache.length);
  while (rest !== '') {
    const key = KEY.exec(rest.replace(/^; */, ''))?.[0];
    if (!rest.startsWith(';') || key === undefined) throw new Error(`no parameter: ${rest}`);
    if (key in parameters) throw new Error(`twice: ${key}`);
    rest = rest.replace(/^; */, '').slice(key.length);
    if (!rest.startsWith('=')) {
      parameters[key] = true;
      continue;
    }
    rest = rest.slice(1);
    const value = INTEGER.exec(rest)?.[0] ?? TOKEN.exec(rest)?.[0];
    if (value === undefined) throw new Error(`no bare item: ${rest}`);
    parameters[key] = INTEGER.test(value) ? Number(value) : value;
    rest = rest.slice(value.length);
  }
  checkMeaning(parameters);
  return { cache, parameters };
}

function checkMeaning({ hit, fwd, ttl, collapsed, detail, 'fwd-status': status, ...others }: CacheStatus): void {
  const issues = [
    [Object.keys(others).length > 0, `unknown: ${Object.keys(others).join()}`],
    [(hit === undefined) === (fwd === undefined), 'either hit or fwd'],
    [hit !== undefined && hit !== true, 'hit is a boolean'],
    [fwd !== undefined && !FORWARDED.includes(String(fwd)), `fwd=${String(fwd)}`],
    [fwd === undefined && (status !== undefined || collapsed !== undefined), 'fwd-status and collapsed go with fwd'],
    [status !== undefined && !/^[1-5]\d\d$/.test(String(status)), `fwd-status=${String(status)}`],
    [ttl !== undefined && typeof ttl !== 'number', 'ttl is an integer'],
    [collapsed !== undefined && collapsed !== true, 'collapsed is a boolean'],
    [detail !== undefined && typeof detail !== 'string', 'detail is a token or a string'],
  ] as const;
  for (const [isWrong, what] of issues) if (isWrong) throw new Error(what);
}
