import { describe, expect, it } from '@jest/globals';
import { Command, ReplyError } from 'ioredis';
import { errorCode, isLastingRefusal, RedisUnavailable, replyCode } from '../../src/redis/redis-errors.ts';
import { RedisRefusals } from '../../src/redis/redis-refusals.ts';
import { createLogger } from '../../src/telemetry/logger.ts';
import { TestClock } from '../support/test-clock.ts';

describe('an error reply', () => {
  it.each([
    ["OOM command not allowed when used memory > 'maxmemory'.", 'OOM', true],
    ["ERR unknown command 'EVAL', with args beginning with: 'return 1' 'customer-links:{secret}'", 'ERR', true],
    ['ERR Unknown Redis command called from script script: 7a, on @user_script:1.', 'ERR', true],
    ['ERR This instance has cluster support disabled', 'ERR', true],
    ["ERR 'EVAL' command is not supported", 'ERR', true],
    ['ERR unsupported command', 'ERR', true],
    ['ERR SELECT is not allowed in cluster mode', 'ERR', true],
    ["CROSSSLOT Keys in request don't hash to the same slot", 'CROSSSLOT', true],
    ['ERR Error running script (call to f_7a): @user_script:1: @user_script: 1: -OOM command not allowed', 'OOM', true],
    ["ERR Error running script (call to f_7a): @user_script:1: -NOPERM The user can't run this", 'NOPERM', true],
    ['WRONGTYPE Operation against a key holding the wrong kind of value', 'WRONGTYPE', false],
    ['ERR hash value is not an integer', 'ERR', false],
    ['EXECABORT Transaction discarded because of previous errors.', 'EXECABORT', false],
    ['secret', 'ERR', false],
  ])('%s: its first word is %s; that it lasts is %j (C12, E12)', (message, code, isLasting) => {
    const error = new Error(message);
    expect(replyCode(error)).toBe(code);
    expect(isLastingRefusal(error)).toBe(isLasting);
  });
});

describe('a failure in a log line', () => {
  const reply = (message: string): Error => new (ReplyError as new (message: string) => Error)(message);

  it.each([
    ['an error reply', reply("OOM command not allowed when used memory > 'maxmemory'."), 'OOM'],
    ['an error reply without a code', reply('secret'), 'ERR'],
    ['no usable answer', new RedisUnavailable('OOM is no word of ours'), 'RedisUnavailable'],
    [
      'a socket',
      Object.assign(new Error('connect ECONNREFUSED 10.0.0.1:6379'), { code: 'ECONNREFUSED' }),
      'ECONNREFUSED',
    ],
    ['a server that is silent', new Error('Socket timeout. Expecting data, but did not receive any'), 'ETIMEDOUT'],
    ['a server that is no Redis', new Error('Unknown RESP type 72 "H". Please report this.'), 'EPROTO'],
    ['a numeric code', Object.assign(new TypeError('secret'), { code: 7 }), 'TypeError'],
    ['no error', 'secret', 'unknown'],
  ])('of %s has the code of its kind', (_kind, error, code) => {
    expect(errorCode(error)).toBe(code);
  });
});

describe('a refusal that lasts', () => {
  const QUIET_MS = 5000;
  const NOPERM = new Error("NOPERM this user has no permissions to run the 'eval' command");
  const ORGANISATION = '0d9b1a52-5a1c-4a53-9d55-0c8cf2a0a7b1';
  const evalOf = (script: string, key: string): Command => new Command('eval', [script, 1, key]);
  const opened = (): { clock: TestClock; refusals: RedisRefusals } => {
    const clock = new TestClock();
    clock.stop();
    return {
      clock,
      refusals: new RedisRefusals(clock, createLogger('silent', clock, { write: () => undefined }), () => undefined),
    };
  };

  it.each([
    ['customer-links:{a:1}', 'customer-links:{b:2}'],
    [
      `customer-index:${ORGANISATION}:00112233445566778899aabb`,
      `customer-index:${ORGANISATION}:aabbccddeeff00112233445566`,
    ],
    ['customer-profiles:time', 'customer-profiles:time'],
  ])('ends when the same is accepted of another key of its kind: %s, %s (C12)', (key, other) => {
    const { clock, refusals } = opened();
    refusals.refused(evalOf('a script', key), NOPERM);
    refusals.answered(evalOf('a script', other));
    clock.advance(QUIET_MS - 1);
    expect(refusals.list).toEqual([{ reply: 'NOPERM', operations: ['eval'], since: expect.any(Number) }]);
    clock.advance(1);
    expect(refusals.list).toEqual([]);
  });

  it.each([
    ['another script', 'another script', 'customer-links:{a:1}'],
    ['another kind of key', 'a script', 'upstream-quota:{a:1}'],
  ])('does not end when %s is accepted (C12)', (_title, script, key) => {
    const { clock, refusals } = opened();
    refusals.refused(evalOf('a script', 'customer-links:{a:1}'), NOPERM);
    refusals.answered(evalOf(script, key));
    clock.advance(QUIET_MS);
    expect(refusals.list).toHaveLength(1);
  });

  it('continues when it occurs again within five seconds, and keeps its start (C12)', () => {
    const { clock, refusals } = opened();
    const command = evalOf('a script', 'customer-links:{a:1}');
    refusals.refused(command, NOPERM);
    const { list } = refusals;
    for (let times = 0; times < 3; times += 1) {
      refusals.answered(command);
      clock.advance(QUIET_MS - 1);
      refusals.refused(command, NOPERM);
    }
    clock.advance(QUIET_MS);
    expect(refusals.list).toEqual(list);
  });
});
