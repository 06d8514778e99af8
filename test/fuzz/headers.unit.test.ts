import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type IncomingMessage } from 'node:http';
import { parseCacheControl } from '../../src/customer-profiles/request/cache-control.ts';
import { NO_DIRECTIVES } from '../../src/profile-refresh/cache-directives.ts';
import { replacedIdOf, requestIdOf } from '../../src/telemetry/request-id.ts';
import { anyUnicode } from '../support/any-unicode.ts';
import { TestClock } from '../support/test-clock.ts';
import { fuzz, LIMIT_MS } from './fuzz.ts';

const clock = new TestClock();
clock.stop();

const name = fc.constantFrom(
  'no-cache',
  'max-age',
  'min-fresh',
  'max-stale',
  'only-if-cached',
  'MAX-AGE',
  'no-store',
  'x',
);
const value = fc.oneof(
  fc.constant(''),
  fc.nat().map((seconds) => `=${seconds}`),
  fc.nat().map((seconds) => `="${seconds}"`),
  fc.string().map((text) => `=${text}`),
  fc.constantFrom('=-1', '=1.5', '=1e9', '=999999999999999999999', '="1,2"', '="'),
);
const directive = fc.tuple(name, value).map((parts) => parts.join(''));

describe('Cache-Control of a request', () => {
  it(
    'is read for any text, with no time that is not a number',
    async () => {
      const anyText = fc.oneof(
        anyUnicode(),
        fc.array(fc.oneof(directive, fc.string())).map((all) => all.join(',')),
      );
      await fuzz(
        anyText,
        (text) => {
          const { notBefore, minFreshMs, maxStaleMs, skewMs } = parseCacheControl(text, clock);
          for (const ms of [notBefore, minFreshMs, maxStaleMs ?? 0, skewMs]) expect(ms).not.toBeNaN();
          expect(notBefore).toBeLessThanOrEqual(clock.now());
          expect(minFreshMs).toBeGreaterThanOrEqual(0);
          expect(maxStaleMs ?? 0).toBeGreaterThanOrEqual(0);
        },
        { inputs: 2000, saved: [',', '"', 'max-age', 'max-age="', 'no-cache="a,b"', 'max-stale=', 'MAX-STALE'] },
      );
    },
    LIMIT_MS,
  );

  it(
    'means the same in any order, and a directive more never makes it less strict',
    async () => {
      const both = fc.tuple(
        fc.array(
          directive.filter((text) => !/["]/.test(text.replace(/"\d+"/, '')) && !text.includes(',')),
          { maxLength: 5 },
        ),
        fc.nat(),
      );
      await fuzz(
        both,
        ([directives, shift]) => {
          const at = directives.length === 0 ? 0 : shift % directives.length;
          const turned = [...directives.slice(at), ...directives.slice(0, at)];
          const all = parseCacheControl(directives.join(', '), clock);
          expect(parseCacheControl(turned.join(','), clock)).toEqual(all);
          const fewer = parseCacheControl(directives.slice(1).join(','), clock);
          expect(all.notBefore).toBeGreaterThanOrEqual(fewer.notBefore);
          expect(all.minFreshMs).toBeGreaterThanOrEqual(fewer.minFreshMs);
          if (directives.length === 0) expect(all).toEqual(NO_DIRECTIVES);
        },
        { inputs: 2000 },
      );
    },
    LIMIT_MS,
  );
});

/** A header's value, as Node gives it: each byte is a character. */
const latin1 = fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes).toString('latin1'));

describe('X-Request-Id', () => {
  it(
    'of any text is short and plain in answer and log',
    async () => {
      await fuzz(
        fc.oneof(latin1, fc.stringMatching(/^[\w.:;=#/+~-]{1,130}$/)),
        (given) => {
          const request = { headers: { 'x-request-id': given } } as unknown as IncomingMessage;
          const id = requestIdOf(request);
          expect(id).toMatch(/^[\w.:;=#/+~-]{1,128}$/);
          expect(replacedIdOf(request, id) ?? '').toMatch(/^[\x21-\x7e]*$/);
        },
        { inputs: 2000, saved: ['', 'a\u009b31m', 'x'.repeat(129), '\u00fc'.repeat(129)] },
      );
    },
    LIMIT_MS,
  );
});
