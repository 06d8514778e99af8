/**
 * Whether a header such as `Accept` or `Accept-Encoding` names this, and not with the quality 0 (RFC 9110, section 12.4.2).
 * @param name in lower case
 */
export function accepts(header: string | undefined, name: string): boolean {
  if (header === undefined) return false;
  const items = header.toLowerCase().split(',');
  return items.some((item) => {
    const [named, ...parameters] = item.split(';').map((part) => part.trim());
    return named === name && !parameters.some((parameter) => /^q\s*=\s*0(?:\.0*)?$/.test(parameter));
  });
}
