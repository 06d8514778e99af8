/**
 * The URL of a resource below `baseUrl`, each segment percent-encoded.
 * @throws RangeError when a segment would leave the path (empty, `.` or `..`); the message does not repeat it
 */
export function upstreamUrl(baseUrl: string, segments: readonly string[]): string {
  const path = segments.map((segment) => encodeURIComponent(segment)).join('/');
  const url = new URL(`${baseUrl}/${path}`);
  const expected = `${new URL(baseUrl).pathname.replace(/\/$/, '')}/${path}`;
  if (segments.includes('') || url.pathname !== expected) throw new RangeError('a path segment is not a plain name');
  return url.href;
}
