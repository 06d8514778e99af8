import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { SegmentedLru } from '../../src/profile-cache/segmented-lru.ts';

const MAX_BYTES = 1000;
const BYTES = 10;
const NAMES = ['a', 'b', 'c', 'd', 'e', 'f'];

interface Value {
  readonly bytes: number;
}

const cache = (): SegmentedLru<Value> => new SegmentedLru(MAX_BYTES, ({ bytes }) => bytes);
const value = (): Value => ({ bytes: BYTES });

describe('a segmented LRU cache', () => {
  it('keeps values that are used again, however many come that are used once', () => {
    const values = cache();
    for (let one = 0; one < 80; one += 1) {
      values.set(`used ${one}`, value());
      values.use(`used ${one}`);
    }
    for (let one = 0; one < 10_000; one += 1) values.set(`once ${one}`, value());
    for (let one = 0; one < 80; one += 1) expect(values.get(`used ${one}`)).toBeDefined();
    expect(values.bytes).toBe(MAX_BYTES);
  });

  it('evicts the value whose last use is longest ago', () => {
    const values = cache();
    for (let one = 0; one < 100; one += 1) values.set(`${one}`, value());
    values.get('0');
    values.set('one more', value());
    expect(values.get('0')).toBeDefined();
    expect(values.get('1')).toBeUndefined();
  });

  it('has all of its room for values on probation while none is protected', () => {
    const values = cache();
    for (let one = 0; one < 100; one += 1) values.set(`${one}`, value());
    for (let one = 0; one < 100; one += 1) expect(values.use(`${one}`)).toBeDefined();
    expect(values.bytes).toBe(MAX_BYTES);
  });

  it('has room for new values when every value was used again', () => {
    const values = cache();
    for (let one = 0; one < 100; one += 1) {
      values.set(`${one}`, value());
      values.use(`${one}`);
    }
    for (let one = 0; one < 20; one += 1) values.set(`new ${one}`, value());
    for (let one = 0; one < 20; one += 1) expect(values.get(`new ${one}`)).toBeDefined();
    expect(values.get('19')).toBeUndefined();
    expect(values.get('20')).toBeDefined();
  });

  it('replaces a value in its segment', () => {
    const values = cache();
    values.set('a', value());
    values.use('a');
    values.set('a', { bytes: 2 * BYTES });
    for (let one = 0; one < 100; one += 1) values.set(`${one}`, value());
    expect(values.use('a')).toStrictEqual({ bytes: 2 * BYTES });
  });

  it('never holds more than its bytes, one value of each name, and the last one put', () => {
    const name = fc.constantFrom(...NAMES);
    const command = fc.oneof(
      fc.record({ kind: fc.constant('set' as const), name, bytes: fc.integer({ min: 1, max: 300 }) }),
      fc.record({ kind: fc.constantFrom('use' as const, 'get' as const, 'delete' as const), name }),
    );
    fc.assert(
      fc.property(fc.array(command, { maxLength: 100 }), (commands) => {
        const values = cache();
        const last = new Map<string, Value>();
        for (const one of commands) {
          if (one.kind === 'set') {
            const put = { bytes: one.bytes };
            last.set(one.name, put);
            values.set(one.name, put);
          } else if (one.kind === 'delete') {
            last.delete(one.name);
            values.delete(one.name);
          } else {
            const found = values[one.kind](one.name);
            if (found) expect(found).toBe(last.get(one.name));
          }
          const held = NAMES.flatMap((each) => values.get(each) ?? []);
          expect(values.bytes).toBe(held.reduce((sum, { bytes }) => sum + bytes, 0));
          expect(values.bytes).toBeLessThanOrEqual(MAX_BYTES);
        }
      }),
    );
  });
});
