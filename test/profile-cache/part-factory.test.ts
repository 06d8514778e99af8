import { describe, expect, it } from '@jest/globals';
import { Config } from '../../src/config/config.ts';
import { readEnv } from '../../src/config/environment/read-env.ts';
import { PartFactory } from '../../src/profile-cache/part-factory.ts';
import { sandboxVariables } from '../support/service.ts';
import { TestClock } from '../support/test-clock.ts';

const clock = new TestClock();
clock.stop();
const lifetimes = new PartFactory(new Config(readEnv(sandboxVariables('http://127.0.0.1:9'))), clock);

describe('the time for which an answer is fresh', () => {
  it.each([
    ['ok', {}, 300],
    ['linked', {}, 300],
    ['linked_no_reference', {}, 300],
    ['unlinked', null, 300],
    ['not_linked', null, 3600],
    ['integration_removed', null, 3600],
    ['customer_unknown', null, 30],
  ])(
    'of state %s, with the value %j, is %d seconds, spread over ten per cent either way and no more',
    (state, value, seconds) => {
      const times = Array.from(
        { length: 2000 },
        () => lifetimes.fromAnswer(state, value, clock.now()).freshUntil - clock.now(),
      );
      expect(Math.min(...times)).toBeGreaterThanOrEqual(seconds * 900);
      expect(Math.max(...times)).toBeLessThanOrEqual(seconds * 1100);
      expect(Math.min(...times)).toBeLessThan(seconds * 920);
      expect(Math.max(...times)).toBeGreaterThan(seconds * 1080);
    },
  );
});

describe('the time for which a failed source is left alone', () => {
  it('is CACHE_FAILURE_SECONDS', () => {
    expect(lifetimes.fromFailure('timeout', undefined).failure).toMatchObject({ retryAt: clock.now() + 10_000 });
  });

  it('is what the source asked for, when that is longer', () => {
    expect(lifetimes.fromFailure('throttled', undefined, { retryAfterMs: 120_000 }).failure).toMatchObject({
      retryAt: clock.now() + 120_000,
    });
    expect(lifetimes.fromFailure('throttled', undefined, { retryAfterMs: 1000 }).failure).toMatchObject({
      retryAt: clock.now() + 10_000,
    });
  });
});
