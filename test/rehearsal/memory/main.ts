/** Runs one of `scenarios.ts` by name, and prints the memory it keeps: `node --expose-gc test/rehearsal/memory/main.ts NAME`. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { compileSourceOnImport } from '../../../tools/compile-on-import.ts';

compileSourceOnImport();
const { scenarios } = await import('./scenarios.ts');

const scenario = scenarios[process.argv[2] ?? ''];
if (!scenario) throw new Error('no such scenario');
const before = await heldBytes();
const kept = await scenario();
const held = (await heldBytes()) - before;
process.stdout.write(JSON.stringify({ held, counted: kept.counted() }));
process.exit();

/** What the process holds once nothing is left to collect. What was reached through a weak reference is kept until the next turn. */
async function heldBytes(): Promise<number> {
  for (let times = 0; times < 4; times += 1) {
    await nextTurn();
    globalThis.gc?.();
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
