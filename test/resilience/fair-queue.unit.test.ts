import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { FairQueue } from '../../src/resilience/fair-queue.ts';

function drained(queue: FairQueue<string>): string[] {
  const order: string[] = [];
  for (let next = queue.next(); next !== undefined; next = queue.next()) order.push(next);
  return order;
}

describe('a fair queue', () => {
  it('gives each owner its turn, and keeps the order of each', () => {
    const queue = new FairQueue<string>();
    for (const item of ['a1', 'a2', 'a3', 'b1', 'c1', 'b2']) queue.add(item.slice(0, 1), item);
    expect(drained(queue)).toEqual(['a1', 'b1', 'c1', 'a2', 'b2', 'a3']);
    expect([queue.length, ...queue.firsts()]).toEqual([0]);
  });

  it('passes over owners whose first item may not be next, and leaves their place to them', () => {
    const queue = new FairQueue<string>();
    for (const item of ['a1', 'a2', 'b1', 'b2', 'c1']) queue.add(item.slice(0, 1), item);
    expect([...queue.firsts()]).toEqual(['a1', 'b1', 'c1']);
    expect(queue.peek((first) => first !== 'a1')).toBe('b1');
    expect(queue.peek(() => false)).toBeUndefined();
    expect(queue.next((first) => first !== 'a1')).toBe('b1');
    expect(queue.next((first) => first.startsWith('b'))).toBe('b2');
    expect(queue.next(() => false)).toBeUndefined();
    expect([queue.of('a'), queue.of('b'), queue.length]).toEqual([2, 0, 3]);
    expect(drained(queue)).toEqual(['a1', 'c1', 'a2']);
  });

  it('knows how many have their turn before a newcomer, whatever came before', () => {
    const owners = fc.constantFrom('a', 'b', 'c', 'd');
    const steps = fc.array(
      fc.oneof(
        owners.map((owner) => ({ owner })),
        fc.constant(null),
      ),
      { maxLength: 60 },
    );
    fc.assert(
      fc.property(steps, owners, (all, newcomer) => {
        const queue = new FairQueue<string>();
        let expected = 0;
        for (const [index, step] of all.entries()) {
          if (step) queue.add(step.owner, `${step.owner}${index}`);
          else queue.next();
          expected = step ? expected + 1 : Math.max(0, expected - 1);
          expect(queue.length).toBe(expected);
        }
        const ahead = queue.ahead(newcomer);
        queue.add(newcomer, 'newcomer');
        // Its own lane may have just had its turn; then one of each other owner goes first.
        const at = drained(queue).indexOf('newcomer');
        expect(at).toBeLessThanOrEqual(ahead);
        expect(at).toBeGreaterThanOrEqual(ahead - 3);
      }),
    );
  });

  it('drops what is taken out of the middle, and says whether it was there', () => {
    const queue = new FairQueue<string>();
    queue.add('a', 'a1');
    queue.add('a', 'a2');
    expect([queue.remove('a', 'a1'), queue.remove('a', 'a1'), queue.remove('b', 'a2')]).toEqual([true, false, false]);
    queue.add('c', 'c1');
    queue.remove('c', 'c1');
    expect([...queue.firsts()]).toEqual(['a2']);
    expect(drained(queue)).toEqual(['a2']);
  });

  it('knows exactly how many go first when no lane has had a turn', () => {
    const queue = new FairQueue<string>();
    for (const item of ['a1', 'a2', 'a3', 'b1']) queue.add(item.slice(0, 1), item);
    expect([queue.ahead('a'), queue.ahead('b'), queue.ahead('c')]).toEqual([4, 3, 2]);
  });

  it('gives up the last item of the longest lane, and of two the one whose turn is first', () => {
    const queue = new FairQueue<string>();
    for (const item of ['b1', 'a1', 'a2', 'c1', 'c2']) queue.add(item.slice(0, 1), item);
    expect(['d', 'c', 'b'].map((owner) => queue.lastOfMany(owner))).toEqual(['a2', undefined, undefined]);
    queue.add('a', 'a3');
    queue.add('d', 'd1');
    expect(['d', 'b', 'a'].map((owner) => queue.lastOfMany(owner))).toEqual(['a3', 'a3', undefined]);
  });
});
