import { cpus, totalmem } from 'node:os';
import { FAULTS } from '../../test/faults/ids.ts';
import { idsIn } from '../../test/faults/titles.ts';

/** What became of a test. */
export interface TestResult {
  readonly what: string;
  readonly file: string;
  readonly title: string;
  /** Of jest: `passed`, `failed`, `pending` (skipped). */
  readonly status: string;
  readonly ms: number;
  readonly message: string;
}

export interface Proof {
  readonly results: readonly TestResult[];
  readonly seed: number;
  readonly minutes: number;
  readonly startedAt: number;
  readonly endedAt: number;
}

const count = (results: readonly TestResult[], status: string): number =>
  results.filter((result) => result.status === status).length;

/** docs/proof.md: each fault with its tests and their results, and the random schedules. */
export function proofPage({ results, seed, minutes, startedAt, endedAt }: Proof): string {
  const rows = Object.entries(FAULTS).map(([id, sentence]) => {
    const own = results.filter(({ title }) => idsIn(title).includes(id));
    const files = [...new Set(own.map(({ file }) => file))].map((file) => `\`${file}\``).join(', ');
    return `| ${id} | ${sentence} | ${files} | ${outcome(own)} |`;
  });
  const random = [...new Set(results.map(({ what }) => what))].filter((what) => !what.startsWith('faults'));
  const randomRows = random.map((what) => {
    const own = results.filter((result) => result.what === what);
    const seconds = Math.round(own.reduce((sum, { ms }) => sum + ms, 0) / 1000);
    return `| ${what} | ${own.length} | ${seconds} | ${outcome(own)} |`;
  });
  const machine = `${cpus().length} CPUs, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}`;
  return `# Proof

\`npm run proof\` writes this page from its results; nothing here is written by hand. \`test/faults/ids.ts\` has the list of faults.

- When: ${new Date(startedAt).toISOString()}, ${Math.round((endedAt - startedAt) / 60_000)} minutes, on ${machine}
- Again: \`npm run proof -- --seed ${seed} --minutes ${minutes}\`; of one fault: \`npm run proof -- --only F5\`
- Outcome: ${count(results, 'passed')} tests held, ${count(results, 'failed')} did not, ${count(results, 'pending')} were skipped

## At random

[testing.md](testing.md#random-schedules) says what is checked after each step of a schedule, and what is fuzzed.

| what | properties | seconds | outcome |
| --- | --- | --- | --- |
${randomRows.join('\n')}

## By fault

| id | fault | tests | outcome |
| --- | --- | --- | --- |
${rows.join('\n')}
`;
}

function outcome(results: readonly TestResult[]): string {
  if (results.length === 0) return 'not run';
  const failed = count(results, 'failed');
  const skipped = count(results, 'pending');
  const held = `${count(results, 'passed')} of ${results.length} held`;
  return [held, failed > 0 ? `**${failed} failed**` : '', skipped > 0 ? `${skipped} skipped` : '']
    .filter((text) => text !== '')
    .join(', ');
}
