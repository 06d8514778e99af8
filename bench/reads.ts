import { Agent, get } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { Connection } from './connection.ts';
import type { BenchCustomer } from './customers.ts';
import { callerHeaders } from './stage.ts';

const agent = new Agent({ keepAlive: true });

/** One answer, and how long it took from the request to the last byte. */
export interface TimedAnswer {
  readonly status: number;
  readonly text: string;
  readonly tookMs: number;
}

/** @throws Error of the socket when there was no answer */
export function timedGet(url: string, headers: Readonly<Record<string, string>> = callerHeaders): Promise<TimedAnswer> {
  const startedAt = performance.now();
  return new Promise((resolve, reject) => {
    get(url, { agent, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      response.once('error', reject).once('end', () => {
        resolve({ status: response.statusCode ?? NaN, text, tookMs: performance.now() - startedAt });
      });
    }).once('error', reject);
  });
}

/**
 * Reads every customer once, a few at a time, waiting when the service says that it is overloaded or that the upstream's quota is used up.
 * @returns the answers' bodies by customer id
 * @throws Error when one was not a 200
 */
export async function readAll(
  url: string,
  customers: readonly BenchCustomer[],
  connections = 8,
): Promise<ReadonlyMap<string, string>> {
  const bodies = new Map<string, string>();
  const left = [...customers];
  const reader = async (): Promise<void> => {
    for (let next = left.pop(); next; next = left.pop()) {
      let answer = await timedGet(url + next.path);
      for (let tries = 0; answer.status === 503 && tries < 100; tries += 1) {
        await sleep(200);
        answer = await timedGet(url + next.path);
      }
      if (answer.status !== 200) throw new Error(`${url}${next.path} answered ${answer.status}: ${answer.text}`);
      bodies.set(next.customerId, answer.text);
    }
  };
  await Promise.all(Array.from({ length: connections }, reader));
  return bodies;
}

/**
 * Reads over so many connections, on each one after the other, and as many as are answered in this time. Meant for more paths than the
 * load of a process of its own can be given.
 * @returns how many were answered
 * @throws Error when one was not a 200
 */
export async function readFor(url: string, seconds: number, connections: number, next: () => string): Promise<number> {
  const until = performance.now() + seconds * 1000;
  let answered = 0;
  const reader = async (): Promise<void> => {
    const connection = await Connection.open(url);
    for (; performance.now() < until; answered += 1) await connection.read(next());
    connection.close();
  };
  await Promise.all(Array.from({ length: connections }, reader));
  return answered;
}

/** Closes the connections kept open for further reads. */
export function closeConnections(): void {
  agent.destroy();
}
