/**
 * What a test file imports from `@jest/globals`. Each test and hook is given up after a while, as the runner itself would
 * wait for ever. Nothing is measured by that: it only ends a test that hangs, so it is long enough for a machine that is busy.
 */
import type * as jestGlobals from '@jest/globals';

type Globals = typeof jestGlobals;
type Run = (...args: readonly unknown[]) => unknown;
type Declare = (title: unknown, run?: Run, limitMs?: number) => void;
type Each = (...table: readonly unknown[]) => Declare;

const LIMIT_MS = 60_000;
const jest = globalThis as unknown as Globals;

export const { describe, expect } = jest;
export const it = limitedTest(jest.it as unknown as Declare & Readonly<Record<'only' | 'skip', Declare>>);
export const test = it;
export const beforeAll = limitedHook(jest.beforeAll as Run);
export const beforeEach = limitedHook(jest.beforeEach as Run);
export const afterAll = limitedHook(jest.afterAll as Run);
export const afterEach = limitedHook(jest.afterEach as Run);

function limitedTest(declare: Declare & Readonly<Record<'only' | 'skip', Declare>>): Declare {
  return Object.assign(limitedDeclare(declare), {
    only: limitedDeclare(declare.only),
    skip: limitedDeclare(declare.skip),
  });
}

function limitedDeclare(declare: Declare): Declare {
  const limitedOne: Declare = (title, run, limitMs) => {
    declare(title, run && limited(run, limitMs));
  };
  const { each } = declare as unknown as { readonly each: Each };
  const limitedEach: Each = (...table) => {
    const declareEach = each(...table);
    return (title, run, limitMs) => {
      declareEach(title, run && limited(run, limitMs));
    };
  };
  return Object.assign(limitedOne, { each: limitedEach });
}

function limitedHook(declare: Run): (run: Run, limitMs?: number) => void {
  return (run, limitMs) => {
    declare(limited(run, limitMs));
  };
}

function limited(run: Run, limitMs = LIMIT_MS): Run {
  return async (...args) => {
    const tooLong = Promise.withResolvers<never>();
    const timer = setTimeout(() => {
      tooLong.reject(new Error(`not over after ${limitMs} ms`));
    }, limitMs);
    try {
      await Promise.race([run(...args), tooLong.promise]);
    } finally {
      clearTimeout(timer);
    }
  };
}
