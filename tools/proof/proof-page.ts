import { cpus, totalmem } from 'node:os';
import { FAULTS } from '../../test/faults/ids.ts';
import { idsIn } from '../../test/faults/titles.ts';
import { type TestResult } from './run-tests.ts';
import { saw, slowest } from './saw.ts';

/** So many tests of a file are listed for a fault. */
const SHOWN = 6;

/** A part of the proof, such as the soak, and the results of its tests. */
export interface Part {
  readonly name: string;
  readonly results: readonly TestResult[];
}

export interface Proof {
  /** The tests that name a fault. */
  readonly faults: readonly TestResult[];
  readonly parts: readonly Part[];
  readonly seed: number;
  readonly minutes: number;
  readonly commit: string;
  readonly startedAt: number;
  readonly endedAt: number;
}

/** docs/proof.md: what was run at random and for long, and each fault with what callers saw. */
export function proofPage({ faults, parts, seed, minutes, commit, startedAt, endedAt }: Proof): string {
  const all = [...faults, ...parts.flatMap(({ results }) => results)];
  const machine = `${cpus().length} CPUs, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}`;
  const byFault = Object.entries(FAULTS).map(([id, sentence]) => ({
    ...{ id, sentence },
    results: faults.filter(({ title }) => idsIn(title).includes(id)),
  }));
  return `# Proof

\`npm run proof\` writes this page from its results; nothing here is written by hand. \`test/faults/ids.ts\` has the list of faults.

- What: commit ${commit}
- When: ${new Date(startedAt).toISOString()}, ${Math.round((endedAt - startedAt) / 60_000)} minutes, on ${machine}
- Again: \`npm run proof -- --seed ${seed} --minutes ${minutes}\`; of one fault: \`npm run proof -- --only F5 --seed ${seed}\`
- Outcome: ${count(all, 'passed')} tests held, ${count(all, 'failed')} did not, ${count(all, 'pending')} were skipped

## At random and for long

[testing.md](testing.md#proof) says what each part does.

| what | tests | seconds | callers saw | outcome |
| --- | --- | --- | --- | --- |
${parts.map(partRow).join('\n')}

${parts.flatMap(({ results }) => results.flatMap(({ facts }) => facts.map((fact) => `- ${fact}`))).join('\n')}

## By fault

What callers saw are the answers to the requests that the tests sent, except over raw sockets. The slowest is that of a read of a profile, in the time
of the service, which in most tests passes only as the test lets it; tests may set other limits than the defaults. Where both columns are empty, the
tests are of one part, or use raw sockets. Lost are requests that nobody answered although their caller waited: those of processes that were killed.

| id | fault | callers saw | slowest | lost | outcome |
| --- | --- | --- | --- | --- | --- |
${byFault.map(({ id, sentence, results }) => faultRow(id, sentence, results)).join('\n')}

## What was injected

Each test of a fault says in its title what was done, and what had to be seen.
${byFault.map(({ id, results }) => `\n### ${id}\n\n${testLines(results)}\n`).join('')}`;
}

function partRow({ name, results }: Part): string {
  const seconds = Math.round(results.reduce((sum, { ms }) => sum + ms, 0) / 1000);
  return `| ${name} | ${results.length} | ${seconds} | ${saw(answersOf(results))} | ${outcome(results)} |`;
}

function faultRow(id: string, sentence: string, results: readonly TestResult[]): string {
  const answers = answersOf(results);
  const unanswered = answers.filter(({ status, hasLeft }) => status === null && !hasLeft).length;
  const lost = unanswered === 0 ? 'nothing' : String(unanswered);
  if (results.length === 0) return `| ${id} | ${sentence} | | | | not run |`;
  return `| ${id} | ${sentence} | ${saw(answers)} | ${slowest(answers)} | ${lost} | ${outcome(results)} |`;
}

/** The first tests of each file: most of the others differ from them in a value alone. */
function testLines(results: readonly TestResult[]): string {
  const byFile = [...Map.groupBy(results, ({ file }) => file)];
  const lines = byFile.flatMap(([file, own]) => [
    ...own.filter(({ status }, index) => index < SHOWN || status !== 'passed').map(testLine),
    ...(own.length > SHOWN ? [`- and ${own.length - SHOWN} more of \`${file}\``] : []),
  ]);
  return lines.join('\n');
}

function testLine({ file, title, status, answers }: TestResult): string {
  const seen = [saw(answers), slowest(answers)].filter((text) => text !== '').join(', slowest ');
  const text = title.replaceAll(/[\\`*_<>|[\]]/g, '\\$&');
  return `- ${text} (\`${file}\`)${seen === '' ? '' : `: ${seen}`}${status === 'passed' ? '' : `, **${status}**`}`;
}

const answersOf = (results: readonly TestResult[]): TestResult['answers'] => results.flatMap(({ answers }) => answers);

const count = (results: readonly TestResult[], status: string): number =>
  results.filter((result) => result.status === status).length;

function outcome(results: readonly TestResult[]): string {
  if (results.length === 0) return 'not run';
  const failed = count(results, 'failed');
  const skipped = count(results, 'pending');
  const held = `${count(results, 'passed')} of ${results.length} held`;
  return [held, failed > 0 ? `**${failed} failed**` : '', skipped > 0 ? `${skipped} skipped` : '']
    .filter((text) => text !== '')
    .join(', ');
}
