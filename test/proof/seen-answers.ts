import type * as jestGlobals from '@jest/globals';
import { appendFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { threadId } from 'node:worker_threads';

/** A test that runs. */
export interface RunningTest {
  /** Its path, from the root of the project. */
  readonly file: string;
  /** Its title after the titles of what it is in, joined by spaces, as in jest's results. */
  readonly title: string;
}

/** A request of a test to the API, and its answer. */
export interface SeenAnswer extends RunningTest {
  /** null: there was none. */
  readonly status: number | null;
  /** Whether the caller did not wait for the end. */
  readonly hasLeft: boolean;
  /** Whether parts of the profile are missing. */
  readonly isIncomplete: boolean;
  /** The milliseconds until its end, in the service's time; null: no read of a profile, or no answer. */
  readonly readMs: number | null;
}

/** What a test measured, in a sentence. */
export interface SeenFact extends RunningTest {
  readonly fact: string;
}

/** Where `npm run proof` collects what tests see, as lines of JSON; undefined: nobody collects. */
const { SEEN_ANSWERS: FOLDER } = process.env;

/** Puts a sentence of the test that runs on the page of the proof. */
export function tell(fact: string): void {
  const test = runningTest();
  if (test) write({ ...test, fact });
}

export function write(line: SeenAnswer | SeenFact): void {
  if (FOLDER !== undefined)
    appendFileSync(join(FOLDER, `${process.pid}-${threadId}.jsonl`), `${JSON.stringify(line)}\n`);
}

/** null: none runs, such as while a file is prepared. */
export function runningTest(): RunningTest | null {
  const { currentTestName: title, testPath } = (globalThis as unknown as typeof jestGlobals).expect.getState();
  return title === undefined ? null : { title, file: relative('.', testPath ?? '') };
}
