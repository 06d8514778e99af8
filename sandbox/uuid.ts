const UUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i;

/** Whether a text has the hyphenated form of a UUID, of any version and in any case. */
export function isUuid(text: string): boolean {
  return UUID.test(text);
}
