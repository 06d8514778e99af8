import { beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { MANY_REQUESTS, RecentCallers } from '../../src/resilience/recent-callers.ts';
import { NO_OWNER, WORK_TURNS, WorkTurns } from '../../src/resilience/work-turns.ts';
import { TestClock } from '../support/test-clock.ts';

let clock: TestClock;
let recent: RecentCallers;
let turns: WorkTurns;
let begun: string[];

beforeEach(() => {
  clock = new TestClock();
  clock.stop();
  recent = new RecentCallers(clock);
  turns = new WorkTurns(clock, recent);
  begun = [];
});

/** This caller sends many requests. */
function ask(name: string): void {
  for (let request = 0; request < MANY_REQUESTS; request += 1) recent.note(name);
}

/** A piece that takes so long. */
async function piece(owner: string, name = owner, ms = 0): Promise<void> {
  await turns.next(owner);
  begun.push(name);
  clock.advance(ms);
}

/** The turns in which these owners' pieces begin, each of which takes so long. */
async function turnsOf(owners: readonly string[], ms = 0): Promise<readonly string[]> {
  let turn = 0;
  const work = owners.map(async (owner) => piece(owner, `${owner} in `, ms));
  const begunIn: string[] = [];
  while (begunIn.length < owners.length) {
    turn += 1;
    const before = begun.length;
    await nextTurn();
    begunIn.push(...begun.slice(before).map((name) => name + String(turn)));
  }
  await Promise.all(work);
  return begunIn;
}

/** New work, whose first piece takes so long. @returns whether the owner had its share in time */
async function beginning(owner: string, name = owner, ms = 0, withinMs = Infinity): Promise<boolean> {
  const hasShare = await turns.nextBeginning(owner, withinMs);
  begun.push(name);
  clock.advance(ms);
  return hasShare;
}

/** Time passes, in steps of a millisecond, and the event loop turns in each. */
async function pass(ms: number): Promise<void> {
  // What has just been planned begins before.
  await nextTurn();
  await nextTurn();
  for (let passed = 0; passed < ms; passed += 1) {
    await nextTurn();
    clock.advance(1);
    await nextTurn();
  }
}

/** The owner has used up its share. */
async function useUp(owner: string): Promise<void> {
  await piece(owner, 'before', WORK_TURNS.burstMs);
  await piece(owner, 'before', 10);
  await nextTurn();
  begun = [];
}

describe('turns of the event loop', () => {
  it('are taken by the answers of callers in turn, beside their other work, and without their shares', async () => {
    for (const name of ['other', 'shop']) ask(name);
    await useUp('shop');
    const answer = async (caller: string, name: string): Promise<void> => {
      await turns.nextAnswer(caller);
      begun.push(name);
    };
    const work = [
      beginning('shop', 'new work of the shop'),
      piece('shop', 'begun work of the shop'),
      answer('shop', 'first of the shop'),
      answer('shop', 'second of the shop'),
      answer('other', 'of another caller'),
    ];
    await pass(5);
    expect(begun).toEqual(['begun work of the shop', 'first of the shop', 'of another caller', 'second of the shop']);
    await pass(WORK_TURNS.maxPauseMs);
    await Promise.all(work);
    expect(begun.at(-1)).toBe('new work of the shop');
  });

  it('are one for each piece of work beside other callers, in the order of the requests', async () => {
    for (const name of ['other', 'shop']) ask(name);
    expect(await turnsOf(['shop', 'shop', 'other', NO_OWNER])).toEqual([
      'shop in 1',
      'other in 2',
      ' in 3',
      'shop in 4',
    ]);
  });

  it('have several pieces of an owner that is alone, in the order of the requests', async () => {
    ask('shop');
    const work = ['first', 'second'].map(async (name) => {
      await piece('shop', name);
      // A piece that requests another turn waits behind the others.
      await piece('shop', `${name} again`);
    });
    await nextTurn();
    expect(begun).toEqual(['first', 'second', 'first again', 'second again']);
    await Promise.all(work);
  });

  it('end when they have taken long', async () => {
    const ms = WORK_TURNS.turnMs / 2;
    expect(await turnsOf(['shop', 'shop', 'shop', 'shop'], ms)).toEqual(['shop in 1', 'shop in 1', 'shop in 2', 'shop in 2']); // prettier-ignore
  });

  it('have no more pieces than their most', async () => {
    const begunIn = await turnsOf(Array.from({ length: WORK_TURNS.piecesATurn + 1 }, () => 'shop'));
    expect(begunIn.filter((each) => each === 'shop in 1')).toHaveLength(WORK_TURNS.piecesATurn);
    expect(begunIn.at(-1)).toBe('shop in 2');
  });

  it('end before a piece of an owner that is not alone', async () => {
    ask('other');
    expect(await turnsOf(['other', 'other', 'other', 'shop', NO_OWNER, 'shop'])).toEqual([
      'other in 1',
      'shop in 2',
      ' in 3',
      'other in 3',
      'shop in 4',
      'other in 4',
    ]);
  });

  it('continue with new work of an owner that is alone, although another one waits for its share', async () => {
    for (const name of ['other', 'shop']) ask(name);
    await useUp('shop');
    clock.advance(2000);
    ask('other');
    await useUp('shop');
    const work = [beginning('shop'), beginning('other'), beginning('other')];
    await nextTurn();
    expect(begun).toEqual(['other', 'other']);
    await pass(WORK_TURNS.maxPauseMs);
    await Promise.all(work);
  });

  it('are paid for by the owner of each piece', async () => {
    ask('other');
    const ms = WORK_TURNS.turnMs - 0.5;
    for (let each = 0; each < 3; each += 1) await turnsOf(['shop', 'other'], ms);
    expect(turns.isHeldBack('shop')).toBe(false);
    for (let each = 0; each < 2; each += 1) await turnsOf(['shop', 'other'], ms);
    expect(turns.isHeldBack('shop')).toBe(true);
  });

  it('come next for work that comes when none waits', async () => {
    await turns.next('shop');
    const work = piece('shop');
    expect(begun).toEqual([]);
    await nextTurn();
    await nextTurn();
    expect(begun).toEqual(['shop']);
    await work;
  });

  it('are taken by each owner in its turn', async () => {
    await Promise.all(['shop 1', 'shop 2', 'shop 3', 'billing 1', ' 1'].map((name) => piece(name.slice(0, -2), name)));
    expect(begun).toEqual(['shop 1', 'billing 1', ' 1', 'shop 2', 'shop 3']);
  });

  it('are not planned when no work waits', async () => {
    const planned = (): number => process.getActiveResourcesInfo().filter((kind) => kind === 'Immediate').length;
    await nextTurn();
    const before = planned();
    await Promise.all([turns.next('shop'), turns.next('shop')]);
    await nextTurn();
    expect([planned(), clock.isSet(() => true)]).toEqual([before, false]);
  });
});

describe('an owner beside other callers', () => {
  it('takes no more than its share of the time, whatever its pieces', async () => {
    const lengths = fc.array(fc.integer({ min: 0, max: 12 }), { minLength: 1, maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(lengths, async (all) => {
        clock = new TestClock();
        clock.stop();
        recent = new RecentCallers(clock);
        turns = new WorkTurns(clock, recent);
        const startedAt = clock.monotonic();
        let taken = 0;
        for (const ms of all) {
          ask('other');
          const count = begun.length;
          const work = beginning('greedy', 'greedy', ms);
          await pass(0);
          while (begun.length === count) {
            ask('other');
            await pass(1);
          }
          await work;
          taken += ms;
          const passed = clock.monotonic() - startedAt - ms;
          expect(taken - ms).toBeLessThanOrEqual(WORK_TURNS.burstMs + passed * WORK_TURNS.shareBesideOthers + 12);
        }
      }),
      { numRuns: 30 },
    );
  });

  it('waits for its share, and nobody else does', async () => {
    ask('other');
    await useUp('');
    await useUp('greedy');
    void beginning('greedy');
    void beginning('other');
    // Work that no caller has caused.
    void beginning('', 'nobody');
    await pass(3);
    expect(begun).toEqual(['other', 'nobody']);
    await pass(10 / WORK_TURNS.shareBesideOthers - 20);
    expect(begun).toEqual(['other', 'nobody']);
    await pass(20);
    expect(begun).toEqual(['other', 'nobody', 'greedy']);
  });

  it('waits with others that have used up theirs: the event loop rests until the first of them may begin', async () => {
    for (const owner of ['one', 'another']) ask(owner);
    await piece('one', 'before', WORK_TURNS.burstMs);
    await piece('one', 'before', 20);
    await useUp('another');
    const pieces = [beginning('one'), beginning('another')];
    await nextTurn();
    await nextTurn();
    expect(process.getActiveResourcesInfo()).not.toContain('Immediate');
    await pass(10 / WORK_TURNS.shareBesideOthers);
    expect(begun).toEqual(['another']);
    await pass(20 / WORK_TURNS.shareBesideOthers);
    await Promise.all(pieces);
  });

  it('makes the process wait for a share only while it has nothing else to do, which is counted', async () => {
    ask('other');
    await useUp('greedy');
    void beginning('greedy');
    await pass(30);
    expect(turns.pausedMs).toBe(30);
    // The pause goes on.
    void beginning('greedy');
    await pass(30);
    expect(turns.pausedMs).toBe(60);
    await piece('other', 'other', 7);
    await pass(20);
    expect(turns.pausedMs).toBe(80);
    // The end of the pause, and the latest begin of each.
    expect(clock.isSet(() => true, 4)).toBe(false);
    await pass(10 / WORK_TURNS.shareBesideOthers);
    const whole = turns.pausedMs;
    expect(begun).toEqual(['other', 'greedy', 'greedy']);
    expect(whole).toBeLessThan(10 / WORK_TURNS.shareBesideOthers);
    await pass(5);
    expect([turns.pausedMs, clock.isSet(() => true)]).toEqual([whole, false]);
  });

  it('waits for its share no longer than its most', async () => {
    ask('other');
    await useUp('greedy');
    const pieces = Array.from({ length: 40 }, () => beginning('greedy', 'greedy', 2));
    await pass(WORK_TURNS.maxPauseMs - 50);
    // Each takes its 80 ms of the share.
    expect(begun.length).toBeGreaterThan(5);
    expect(begun.length).toBeLessThan(25);
    ask('other');
    await pass(60);
    const hadShare = (await Promise.all(pieces)).map(Number);
    expect(begun).toHaveLength(40);
    // Those that had it are told so, and the others that they had it not.
    expect(hadShare).toEqual([...hadShare].sort((one, another) => another - one));
    expect(hadShare.filter(Boolean).length).toBeLessThan(25);
  });

  it('waits for its share no longer than it may', async () => {
    ask('other');
    await useUp('greedy');
    const late = beginning('greedy', 'greedy', 0, 70);
    await pass(69);
    expect(begun).toEqual([]);
    await pass(3);
    expect([await late, begun]).toEqual([false, ['greedy']]);
    await pass(10 / WORK_TURNS.shareBesideOthers);
    ask('other');
    expect(await beginning('greedy', 'greedy', 0, 70)).toBe(true);
  });

  it('pays for its answers, too', async () => {
    ask('other');
    await turns.nextAnswer('greedy');
    clock.advance(WORK_TURNS.burstMs);
    await nextTurn();
    expect(turns.isHeldBack('greedy')).toBe(true);
  });

  it('waits no longer than it may behind one that may wait longer', async () => {
    ask('other');
    await useUp('greedy');
    const patient = beginning('greedy', 'patient', 0, 400);
    const hurried = beginning('greedy', 'hurried', 0, 20);
    await pass(25);
    expect([await hurried, begun]).toEqual([false, ['hurried']]);
    await pass(10 / WORK_TURNS.shareBesideOthers);
    expect(await patient).toBe(true);
  });

  it('owes no more than its most, whatever it has begun', async () => {
    ask('other');
    for (let each = 0; each < 20; each += 1) await piece('greedy', 'greedy', 20);
    await nextTurn();
    ask('other');
    clock.advance(WORK_TURNS.maxDebtMs / WORK_TURNS.shareBesideOthers - 2);
    ask('other');
    const early = turns.nextBeginning('greedy', 1);
    await pass(2);
    expect(await early).toBe(false);
    expect(await turns.nextBeginning('greedy', 1)).toBe(true);
  });

  it('pays for a piece no more than its most: the process may have stood still', async () => {
    ask('other');
    await piece('greedy', 'before', 900);
    ask('other');
    await nextTurn();
    expect(turns.isHeldBack('greedy')).toBe(true);
    await pass((WORK_TURNS.maxPieceMs - WORK_TURNS.burstMs / 2) / WORK_TURNS.shareBesideOthers);
    ask('other');
    expect(turns.isHeldBack('greedy')).toBe(false);
  });

  it('is forgotten when many others have had pieces since', async () => {
    ask('other');
    await useUp('first');
    await useUp('second');
    const isHeldBack = (): readonly boolean[] => ['first', 'second'].map((owner) => turns.isHeldBack(owner));
    const others = Array.from({ length: WORK_TURNS.maxOwners - 2 }, (_, each) => `owner ${each}`);
    for (const owner of others) await turns.next(owner);
    await nextTurn();
    expect(isHeldBack()).toEqual([true, true]);
    // The first one has another piece, and is the latest of them.
    clock.advance(130);
    await turns.next('first');
    await turns.next('one more');
    await nextTurn();
    expect(isHeldBack()).toEqual([true, false]);
  });

  it('is held back when less than half of its share is left, and while others send requests', async () => {
    expect(turns.isHeldBack('greedy')).toBe(false);
    ask('other');
    await piece('greedy', 'greedy', WORK_TURNS.burstMs / 2);
    await nextTurn();
    expect(turns.isHeldBack('greedy')).toBe(false);
    await piece('greedy', 'greedy', 1);
    await nextTurn();
    expect([turns.isHeldBack('greedy'), turns.isHeldBack('other'), turns.isHeldBack('')]).toEqual([true, false, false]);
    clock.advance(1001);
    expect(turns.isHeldBack('greedy')).toBe(false);
  });
});

it('an owner has all the time while no other caller sends requests', async () => {
  ask('greedy');
  for (let each = 0; each < 5; each += 1) await useUp('greedy');
  const before = clock.monotonic();
  await Promise.all([piece('greedy'), piece('greedy')]);
  expect(clock.monotonic()).toBe(before);
  // What it has taken does not count once another caller sends requests.
  ask('other');
  expect(turns.isHeldBack('greedy')).toBe(false);
});
