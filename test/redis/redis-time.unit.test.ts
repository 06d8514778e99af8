import { expect, it } from '@jest/globals';
import { RedisTime } from '../../src/redis/redis-time.ts';
import { BusyClock } from '../resilience/busy-clock.ts';
import { TestClock } from '../support/test-clock.ts';

/** An answer that the test releases. */
function answerOf(time: RedisTime): () => Promise<void> {
  const answer = Promise.withResolvers<undefined>();
  const waited = time.waitFor(() => answer.promise);
  return async () => {
    answer.resolve(undefined);
    await waited;
  };
}

function start(): { readonly clock: TestClock; readonly time: RedisTime } {
  const clock = new TestClock();
  clock.stop();
  return { clock, time: new RedisTime(clock, 100) };
}

it('counts the time in which an answer is waited for, and no other', async () => {
  const { clock, time } = start();
  clock.advance(1000);
  const answer = answerOf(time);
  clock.advance(30);
  expect(time.leftMs).toBe(70);
  await answer();
  clock.advance(1000);
  expect(time.leftMs).toBe(70);
});

it('counts waits that overlap once', async () => {
  const { clock, time } = start();
  const first = answerOf(time);
  clock.advance(20);
  const second = answerOf(time);
  clock.advance(20);
  await first();
  clock.advance(20);
  await second();
  expect(time.leftMs).toBe(40);
});

it('is used up, and never less than that', async () => {
  const { clock, time } = start();
  const answer = answerOf(time);
  clock.advance(150);
  expect(time.leftMs).toBe(0);
  await answer();
  expect(await time.waitFor((leftMs) => Promise.resolve(leftMs))).toBe(0);
});

it('counts an answer that failed', async () => {
  const { clock, time } = start();
  const failed = time.waitFor(() => {
    clock.advance(10);
    return Promise.reject(new Error('lost'));
  });
  await expect(failed).rejects.toThrow('lost');
  expect(time.leftMs).toBe(90);
});

it('does not count the time in which this process is busy, when it would read the answer late', async () => {
  const clock = new BusyClock();
  clock.stop();
  const time = new RedisTime(clock, 100);
  const answer = answerOf(time);
  clock.utilisation = 1;
  clock.advance(150);
  expect(time.leftMs).toBe(100);
  clock.utilisation = 0.5;
  clock.advance(60);
  await answer();
  expect(time.leftMs).toBe(70);
});
