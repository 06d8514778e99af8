/**
 * `npm run bench`: the service beside its peers, in one run, in alternating rounds. Prints tables; never judges a time.
 * `-- --quick` makes everything smaller; `-- --only warm,cold` runs some; `-- --json FILE` also writes every number;
 * `-- --profile warm` runs one and says where the service spends its CPU; `-- --before FOLDER` also starts an older build.
 * Exits with 1 when a workload failed, and with 3 when the machine was too busy for the numbers to mean anything.
 * What the numbers mean is in docs/performance.md.
 */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { BEFORE, isQuiet, machineName, machineTable, watchMachine } from './machine.ts';
import { pinned } from './processes.ts';
import { profileTables } from './profiles.ts';
import { type Findings, markdown, targetsTable } from './report.ts';
import { openStage, type Stage } from './stage.ts';
import { batch } from './workloads/batch.ts';
import { budget } from './workloads/budget.ts';
import { cold } from './workloads/cold.ts';
import { coldCpu } from './workloads/cold-cpu.ts';
import { fairness } from './workloads/fairness.ts';
import { fleet } from './workloads/fleet.ts';
import { growth } from './workloads/growth.ts';
import { hanging } from './workloads/hanging.ts';
import { memory } from './workloads/memory.ts';
import { overload } from './workloads/overload.ts';
import { start } from './workloads/start.ts';
import { traces } from './workloads/traces.ts';
import { turns } from './workloads/turns.ts';
import { warm } from './workloads/warm.ts';

const WORKLOADS: Readonly<Record<string, (stage: Stage) => Promise<Findings>>> = {
  start,
  warm,
  cold,
  'cold-cpu': coldCpu,
  hanging,
  memory,
  growth,
  turns,
  fleet,
  budget,
  overload,
  fairness,
  batch,
  traces,
};
/** Ends a run that hangs. A whole one takes some twenty minutes. */
const LIMIT_MS = 30 * 60_000;
const WATCHED_BEFORE_MS = 3000;
const FAILED = 1;
const BUSY_MACHINE = 3;
const INTERRUPTED = 130;

/** Why the run ends before its last workload. */
class Stopped extends Error {
  readonly code: number;

  constructor(reason: string, code: number) {
    super(reason);
    this.code = code;
  }
}

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string' },
    before: { type: 'string' },
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

progress('watching the machine');
const seenBefore = watchMachine(BEFORE);
await sleep(WATCHED_BEFORE_MS);
const disturbances = [seenBefore()];
progress('building');
const profilesFolder = values.profile === undefined ? null : mkdtempSync(join(tmpdir(), 'profiles-'));
const stage = await openStage({ quick: values.quick, profilesFolder, before: values.before ?? null });
const stop = Promise.withResolvers<never>();
stop.promise.catch(() => undefined);
setTimeout(() => {
  stop.reject(new Stopped(`the run took more than ${LIMIT_MS / 60_000} minutes`, FAILED));
}, LIMIT_MS).unref();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.once(signal, () => {
    stop.reject(new Stopped(signal, INTERRUPTED));
  });
const found: Record<string, Findings> = {};
let code = 0;
// Work that a failed workload left under way.
process.on('unhandledRejection', (error) => {
  code ||= FAILED;
  console.error(error);
});
for (const name of names) {
  progress(name);
  const seen = watchMachine(name);
  try {
    const findings = await Promise.race([WORKLOADS[name]?.(stage), stop.promise]);
    if (findings) found[name] = findings;
  } catch (error) {
    code = error instanceof Stopped ? error.code : FAILED;
    console.error(`${name} failed:`, error);
    stage.clear();
    if (error instanceof Stopped) break;
  } finally {
    disturbances.push(seen());
  }
}
report();
progress('done');
await stage.close();
process.exit(code);

/** Of all that was measured, also when a workload failed or the run was stopped. */
function report(): void {
  const isValid = disturbances.every(isQuiet);
  if (!isValid) code ||= BUSY_MACHINE;
  const where = pinned ? 'server on core 0, everything else on core 1' : 'not pinned';
  console.log(`${machineName()}, Node ${process.version}, ${stage.redis.engine}, ${where}.\n`);
  if (!isValid) console.log('**This run is not valid: the machine was busy with something else.**\n');
  for (const { tables } of Object.values(found)) for (const table of tables) console.log(markdown(table));
  console.log(markdown(machineTable(disturbances)));
  const targets = Object.values(found).flatMap((findings) => findings.targets);
  console.log(markdown(targetsTable(targets, isValid)));
  if (profilesFolder !== null) for (const table of profileTables(profilesFolder)) console.log(markdown(table));
  const results = { isValid, disturbances, found };
  if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(results, null, 1)}\n`);
}

/** On standard error, so that standard output is the tables alone. */
function progress(step: string): void {
  console.error(`${(performance.now() / 1000).toFixed(1).padStart(6)} s  ${step} …`);
}
