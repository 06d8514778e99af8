import { setTimeout as sleep } from 'node:timers/promises';

/** Waits until `holds` does. The limit ends a wait that never succeeds; it measures nothing. */
export async function eventually(
  what: string,
  holds: () => boolean | Promise<boolean>,
  withinMs = 30_000,
): Promise<void> {
  const endsAt = performance.now() + withinMs;
  while (!(await holds())) {
    if (performance.now() > endsAt) throw new Error(`not within ${withinMs} ms: ${what}`);
    await sleep(10);
  }
}
