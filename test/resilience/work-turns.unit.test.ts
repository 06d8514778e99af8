import { expect, it } from '@jest/globals';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { WorkTurns } from '../../src/resilience/work-turns.ts';

it('each piece of work has a turn of the event loop of its own, in the order of the requests', async () => {
  const turns = new WorkTurns();
  let turn = 0;
  const begun: string[] = [];
  const work = ['first', 'second', 'third'].map(async (name) => {
    await turns.next();
    begun.push(`${name} in ${turn}`);
    // A piece that requests another turn waits behind the others.
    if (name !== 'first') return;
    await turns.next();
    begun.push(`${name} again in ${turn}`);
  });
  while (begun.length < 4) {
    turn += 1;
    await nextTurn();
  }
  await Promise.all(work);
  expect(begun).toEqual(['first in 1', 'second in 2', 'third in 3', 'first again in 4']);
});

it('work that comes when none waits begins in the next turn', async () => {
  const turns = new WorkTurns();
  await turns.next();
  let hasBegun = false;
  const work = turns.next().then(() => {
    hasBegun = true;
  });
  expect(hasBegun).toBe(false);
  await nextTurn();
  await nextTurn();
  expect(hasBegun).toBe(true);
  await work;
});

it('nothing is planned when no work waits', async () => {
  const planned = (): number => process.getActiveResourcesInfo().filter((kind) => kind === 'Immediate').length;
  const before = planned();
  const turns = new WorkTurns();
  await Promise.all([turns.next(), turns.next()]);
  expect(planned()).toBe(before);
});
