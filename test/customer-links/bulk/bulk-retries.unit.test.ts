import { describe, expect, it } from '@jest/globals';
import { ReplyError } from 'ioredis';
import { isTemporary, RETRY_DELAYS_MS, withRetries } from '../../../src/customer-links/bulk/bulk-retries.ts';
import { UnreadableLink } from '../../../src/customer-links/customer-link.ts';
import { RedisUnavailable } from '../../../src/redis/redis-errors.ts';
import { TestClock } from '../../support/test-clock.ts';

const reply = (text: string): Error => new (ReplyError as new (message: string) => Error)(text);

describe('what Redis could not do is tried again (E17)', () => {
  it.each([
    'LOADING Redis is loading the dataset in memory',
    'READONLY You can’t write against a read only replica.',
    'NOREPLICAS Not enough good replicas to write.',
    'BUSY Redis is busy running a script.',
    'CLUSTERDOWN Hash slot not served',
    'MASTERDOWN Link with MASTER is down',
    'TRYAGAIN Multiple keys request during rehashing of slot',
  ])('after the reply %s', (text) => {
    expect(isTemporary(reply(text))).toBe(true);
  });

  it.each([
    'WRONGTYPE Operation against a key holding the wrong kind of value',
    'OOM command not allowed when used memory > maxmemory.',
    'NOPERM this user has no permissions to run the eval command',
    'MISCONF Redis is configured to save RDB snapshots, but it’s currently unable to persist to disk.',
    'ERR unknown command',
  ])('and not after the reply %s', (text) => {
    expect(isTemporary(reply(text))).toBe(false);
  });

  it('after no answer, and not after an answer that is no link', () => {
    expect(isTemporary(new RedisUnavailable('no answer within 5000 ms'))).toBe(true);
    expect(isTemporary(new UnreadableLink('the stored link is not a billing customer id'))).toBe(false);
    expect(isTemporary(new TypeError('of ours'))).toBe(false);
  });

  it('so often, with so many pauses, and the last failure is thrown', async () => {
    const clock = new TestClock();
    clock.stop();
    const attempts: number[] = [];
    const trying = withRetries(clock, new AbortController().signal, () => {
      attempts.push(attempts.length + 1);
      return Promise.reject(new RedisUnavailable(`attempt ${attempts.length}`));
    }).catch((error: unknown) => (error as Error).message);
    for (const ms of RETRY_DELAYS_MS) {
      await clock.whenSet((set) => set === ms);
      clock.advance(ms);
    }
    expect(await trying).toBe('attempt 8');
  });
});
