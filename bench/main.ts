/**
 * `npm run bench`: the service beside its peers, in one run, in alternating rounds. Prints tables; never judges a time.
 * `-- --quick` makes everything smaller; `-- --only warm,cold` runs some; `-- --json FILE` also writes every number;
 * `-- --profile warm` runs one and says where the service spends its CPU.
 * What the numbers mean is in docs/performance.md.
 */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { pinned } from './processes.ts';
import { profileTables } from './profiles.ts';
import { type Findings, markdown, targetsTable } from './report.ts';
import { openStage, type Stage } from './stage.ts';
import { batch } from './workloads/batch.ts';
import { budget } from './workloads/budget.ts';
import { cold } from './workloads/cold.ts';
import { fairness } from './workloads/fairness.ts';
import { fleet } from './workloads/fleet.ts';
import { hanging } from './workloads/hanging.ts';
import { overload } from './workloads/overload.ts';
import { soak } from './workloads/soak.ts';
import { start } from './workloads/start.ts';
import { traces } from './workloads/traces.ts';
import { warm } from './workloads/warm.ts';

const WORKLOADS: Readonly<Record<string, (stage: Stage) => Promise<Findings>>> = {
  start,
  warm,
  cold,
  fleet,
  hanging,
  budget,
  soak,
  overload,
  fairness,
  batch,
  traces,
};
const LIMIT_MS = 10 * 60_000;

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string' },
    json: { type: 'string' },
    profile: { type: 'string' },
  },
});
const names = (values.profile ?? values.only)?.split(',') ?? Object.keys(WORKLOADS);
const unknown = names.filter((name) => !(name in WORKLOADS));
if (unknown.length > 0) {
  console.error(`unknown: ${unknown.join(', ')}; there are ${Object.keys(WORKLOADS).join(', ')}`);
  process.exit(2);
}

progress('building');
const profilesFolder = values.profile === undefined ? null : mkdtempSync(join(tmpdir(), 'profiles-'));
const stage = await openStage(values.quick, profilesFolder);
setTimeout(() => void end(1), LIMIT_MS).unref();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => void end(130));
const found: Record<string, Findings> = {};
let failed = false;
// Work that a failed workload left under way.
process.on('unhandledRejection', (error) => {
  failed = true;
  console.error(error);
});
for (const name of names) {
  progress(name);
  try {
    const findings = await WORKLOADS[name]?.(stage);
    if (findings) found[name] = findings;
  } catch (error) {
    failed = true;
    console.error(`${name} failed:`, error);
    stage.clear();
  }
}
const where = pinned ? 'server on core 0, everything else on core 1' : 'not pinned';
console.log(`Node ${process.version}, ${stage.redis.engine}, ${where}.\n`);
for (const { tables } of Object.values(found)) for (const table of tables) console.log(markdown(table));
console.log(markdown(targetsTable(Object.values(found).flatMap(({ targets }) => targets))));
if (profilesFolder !== null) for (const table of profileTables(profilesFolder)) console.log(markdown(table));
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(found, null, 1)}\n`);
progress('done');
await end(failed ? 1 : 0);

/** On standard error, so that standard output is the tables alone. */
function progress(step: string): void {
  console.error(`${(performance.now() / 1000).toFixed(1).padStart(6)} s  ${step} …`);
}

async function end(code: number): Promise<never> {
  await stage.close();
  process.exit(code);
}
