import { describe, expect, it } from '@jest/globals';
import { MAX_BYTES, urlMemo } from '../../../src/customer-profiles/request/url-memo.ts';

describe('remembered URLs', () => {
  it('are ten thousand of the usual length and more, the latest ones (K2)', () => {
    const memo = urlMemo<{ readonly url: number }>();
    const urlOf = (number: number): string => `/v1/customer-profiles/${'9'.repeat(100)}/${number}`;
    for (let url = 0; url < 20_000; url += 1) memo.set(urlOf(url), { url });
    expect(memo.size).toBeGreaterThan(10_000);
    expect(memo.size).toBeLessThan(20_000);
    expect(memo.get(urlOf(19_999))).toStrictEqual({ url: 19_999 });
    expect(memo.has(urlOf(0))).toBe(false);
  });

  it('take no more than so many bytes, however long they are (K2)', () => {
    const memo = urlMemo<{ readonly url: number }>();
    for (let url = 0; url < 3000; url += 1) memo.set(`/${url}${'x'.repeat(14_000)}`, { url });
    expect(memo.calculatedSize).toBeLessThanOrEqual(MAX_BYTES);
    expect(memo.size).toBeLessThan(MAX_BYTES / 14_000);
    expect(memo.get(`/2999${'x'.repeat(14_000)}`)).toStrictEqual({ url: 2999 });
  });
});
