import { expect, it } from '@jest/globals';
import { LastNumbers } from '../../src/profile-cache/last-numbers.ts';

const REMEMBERED = 10_000;
const of = (customerId: string): { organisation: string; customerId: string } => ({ organisation: 'one', customerId });

function numbersAfter(count: number): LastNumbers {
  const numbers = new LastNumbers();
  for (let event = 1; event <= count; event += 1) numbers.add(of(`customer-${event}`));
  return numbers;
}

it('an event of a customer is after every earlier one, and of no other customer', () => {
  const numbers = numbersAfter(2);
  const before = numbers.last;
  numbers.add(of('another'));
  expect(numbers.hasAfter(before, of('another'))).toBe(true);
  expect(numbers.hasAfter(numbers.last, of('another'))).toBe(false);
  expect(numbers.hasAfter(before, of('customer-1'))).toBe(false);
  expect(numbers.hasAfter(before, of('never'))).toBe(false);
  expect(numbers.hasAfter(before, { organisation: 'two', customerId: 'another' })).toBe(false);
});

it('a forgotten event may have been of any customer that is not remembered', () => {
  const numbers = numbersAfter(1);
  const first = numbers.last;
  for (let event = 0; event < REMEMBERED; event += 1) numbers.add(of(`later-${event}`));
  expect(numbers.hasAfter(first, of('never'))).toBe(false);
  expect(numbers.hasAfter(first - 1, of('never'))).toBe(true);
  numbers.add(of('last'));
  expect(numbers.hasAfter(first, of('never'))).toBe(true);
});

it('forgets the oldest event, however often its customer is asked for', () => {
  const numbers = numbersAfter(REMEMBERED);
  const { last } = numbers;
  for (let event = 1; event <= 10; event += 1) {
    expect(numbers.hasAfter(event - 1, of('customer-1'))).toBe(event === 1);
    numbers.add(of(`later-${event}`));
  }
  // Only the ten oldest are forgotten.
  expect(numbers.hasAfter(10, of('never'))).toBe(false);
  expect(numbers.hasAfter(9, of('never'))).toBe(true);
  expect(numbers.hasAfter(last, of('never'))).toBe(false);
});
