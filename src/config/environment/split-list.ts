/** The items of a comma-separated list, without surrounding spaces. */
export function splitList(value: string): string[] {
  return value.split(',').map((item) => item.trim());
}
