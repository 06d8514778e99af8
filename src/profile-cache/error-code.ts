/** The first word of a Redis error, such as WRONGTYPE, or the error's own name. */
export function errorCode(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  return /^[A-Z]{2,20}\b/.exec(error.message)?.[0] ?? error.name;
}
