import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { upstreamUrl } from '../../src/upstream/upstream-url.ts';
import { anyUnicode } from '../support/any-unicode.ts';

const BASE = 'https://partners.example.com/api';

const hostilePiece = fc.constantFrom(
  '..', '.', '/', '\\', '%2e%2e', '%2f', '%5c', '%00', '%zz', '%25', '?', '#', '@', ':', ';', '&', '=', '//', 'http:',
  'https://evil.example.org', 'evil.example.org:80', '\r\n', 'Host: evil', '\t', ' ', '\u0000', '\u200b', '\u202e',
  '[::1]', '${x}', '{{x}}', "' OR 1=1 --", '__proto__', 'é', '漢', '😀', 'ⓔ', '。', '／', '．．', 'a', '1005',
); // prettier-ignore
const hostileId = fc.oneof(
  { weight: 3, arbitrary: fc.array(hostilePiece, { maxLength: 6 }).map((pieces) => pieces.join('')) },
  { weight: 1, arbitrary: fc.string({ unit: 'grapheme', maxLength: 60 }) },
  { weight: 1, arbitrary: anyUnicode(60) },
);

/** The URL, or null when the id is refused. */
function urlOf(segments: readonly string[]): URL | null {
  try {
    return new URL(upstreamUrl(BASE, segments));
  } catch {
    return null;
  }
}

describe('the URL of an upstream resource', () => {
  it('stays below the configured origin and path for 10,000 hostile ids, each a single segment', () => {
    let accepted = 0;
    fc.assert(
      fc.property(hostileId, (id) => {
        const url = urlOf(['v3', 'customers', id]);
        if (url === null) return;
        accepted += 1;
        expect(url.origin).toBe('https://partners.example.com');
        expect([url.search, url.hash, url.username, url.password]).toStrictEqual(['', '', '', '']);
        const segments = url.pathname.split('/');
        expect(segments.slice(0, 4)).toStrictEqual(['', 'api', 'v3', 'customers']);
        expect(segments).toHaveLength(5);
        expect(decodeURIComponent(segments[4] ?? '')).toBe(id);
      }),
      { numRuns: 10_000 },
    );
    expect(accepted).toBeGreaterThan(5000);
  });

  it.each(['', '.', '..', '\ud800'])('is refused for %j, without repeating it', (id) => {
    expect(() => upstreamUrl(BASE, ['v3', 'customers', id])).toThrow();
  });

  it.each(['', '.', '..'])('is refused for %j with a message about its form', (id) => {
    expect(() => upstreamUrl(BASE, ['v3', id])).toThrow(new RangeError('a path segment is not a plain name'));
  });

  it('has every segment encoded, and no double slash', () => {
    expect(upstreamUrl('https://a.example.com', ['v3', 'b c/d'])).toBe('https://a.example.com/v3/b%20c%2Fd');
    expect(upstreamUrl('https://a.example.com/x/y', ['é'])).toBe('https://a.example.com/x/y/%C3%A9');
  });
});
