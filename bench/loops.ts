import { setTimeout as sleep } from 'node:timers/promises';
import { timedGet } from './reads.ts';

const TICK_MS = 5;
const PROBE_MS = 25;

export interface Answered {
  /** 0: there was no answer. */
  readonly status: number;
  readonly tookMs: number;
  /** Milliseconds since the load began. */
  readonly endedAtMs: number;
}

/** Throws at once, and not in its promise, when nothing is left to read. */
export type Read = () => Promise<{ readonly status: number; readonly tookMs: number }>;

const NO_ANSWER = { status: 0, tookMs: NaN };

/** So many readers. Each sends its next read when the last one is answered. */
export async function closedLoop(readers: number, seconds: number, read: Read): Promise<readonly Answered[]> {
  const beganAt = performance.now();
  const answers: Answered[] = [];
  const reader = async (): Promise<void> => {
    while (performance.now() < beganAt + seconds * 1000) answers.push(await timed(read, beganAt));
  };
  await Promise.all(Array.from({ length: readers }, reader));
  return answers;
}

/** So many reads a second, whether they are answered or not. */
export async function openLoop(seconds: number, perSecond: number, read: Read): Promise<readonly Answered[]> {
  const beganAt = performance.now();
  const under: Promise<Answered>[] = [];
  for (let now = beganAt; now < beganAt + seconds * 1000; now = performance.now()) {
    const due = ((now - beganAt) * perSecond) / 1000;
    while (under.length < due) under.push(timed(read, beganAt));
    await sleep(TICK_MS);
  }
  return Promise.all(under);
}

function timed(read: Read, beganAt: number): Promise<Answered> {
  const answer = read().catch(() => NO_ANSWER);
  return answer.then(({ status, tookMs }) => ({ status, tookMs, endedAtMs: performance.now() - beganAt }));
}

/** Asks the liveness probe again and again. @returns ends it, with the milliseconds that each took */
export function probing(url: string): () => Promise<readonly number[]> {
  const took: number[] = [];
  const asking = new AbortController();
  const work = (async () => {
    while (!asking.signal.aborted) {
      took.push((await timedGet(`${url}/health/live`)).tookMs);
      await sleep(PROBE_MS);
    }
  })();
  return async () => {
    asking.abort();
    await work;
    return took;
  };
}
