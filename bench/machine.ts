/** Whether the machine did anything else meanwhile: numbers of a busy machine mean nothing. */
import { readdirSync, readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { percent, type Table } from './report.ts';

/** Linux counts in hundredths of a second, whatever the kernel was built with. */
const MS_PER_TICK = 10;
/** Shares of one core; more is a busy machine. */
const MOST_PRESSURE_BEFORE = 0.05;
const MOST_STOLEN = 0.02;
const MOST_OF_OTHERS = 0.05;
export const BEFORE = 'before the run';

/** What else happened during a part of the run. Each is NaN where the kernel does not say it. */
export interface Disturbance {
  readonly when: string;
  /** Share of the time in which some process waited for a core. During the run, processes of the benchmark wait for each other, too. */
  readonly pressure: number;
  /** What the hypervisor gave to other machines, of one core. */
  readonly stolen: number;
  /** What processes used that are not of this benchmark, of one core. */
  readonly others: number;
}

/** Watches from now on. @returns ends it, with what it saw */
export function watchMachine(when: string): () => Disturbance {
  const before = readings();
  return () => {
    const [elapsedMs = NaN, pressureMs = NaN, stolenMs = NaN, busyMs = NaN, ownMs = NaN] = readings().map(
      (value, index) => value - (before[index] ?? NaN),
    );
    return {
      when,
      pressure: pressureMs / elapsedMs,
      stolen: stolenMs / elapsedMs,
      others: Math.max(0, busyMs - ownMs) / elapsedMs,
    };
  };
}

export const isQuiet = ({ when, pressure, stolen, others }: Disturbance): boolean =>
  !(when === BEFORE && pressure > MOST_PRESSURE_BEFORE) && !(stolen > MOST_STOLEN) && !(others > MOST_OF_OTHERS);

/** For the head of a report. */
export const machineName = (): string =>
  `${new Date().toISOString().slice(0, 10)}, ${cpus().length} × ${cpus()[0]?.model.trim() ?? 'unknown processor'}`;

export function machineTable(disturbances: readonly Disturbance[]): Table {
  return {
    title: 'What else the machine did',
    header: ['when', 'something waited for a core', 'stolen, of a core', 'other processes, of a core', 'quiet'],
    rows: disturbances.map((one) => [
      one.when,
      percent(one.pressure),
      percent(one.stolen),
      percent(one.others),
      isQuiet(one) ? 'yes' : 'no',
    ]),
  };
}

function readings(): readonly number[] {
  const [, user = NaN, nice = NaN, system = NaN, , , , , stolen = NaN] = text('/proc/stat')
    .split('\n', 1)
    .flatMap((line) => line.split(/\s+/).map(Number));
  const [, pressureMicros] = /^some .* total=(\d+)$/m.exec(text('/proc/pressure/cpu')) ?? [];
  return [
    performance.now(),
    Number(pressureMicros) / 1000,
    stolen * MS_PER_TICK,
    (user + nice + system) * MS_PER_TICK,
    ownTicks() * MS_PER_TICK,
  ];
}

/** Of this process, of all that it started, and of those of them that have ended. */
function ownTicks(): number {
  const ticksOf = new Map<number, number>();
  const childrenOf = new Map<number, number[]>();
  for (const name of names('/proc').filter((entry) => /^\d+$/.test(entry))) {
    const stat = text(`/proc/${name}/stat`);
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ').map(Number); // prettier-ignore
    const [, parent = 0] = fields;
    ticksOf.set(
      Number(name),
      fields.slice(11, 15).reduce((sum, ticks) => sum + ticks, 0),
    );
    childrenOf.set(parent, [...(childrenOf.get(parent) ?? []), Number(name)]);
  }
  const ofTree = (pid: number): number =>
    (childrenOf.get(pid) ?? []).reduce((sum, child) => sum + ofTree(child), ticksOf.get(pid) ?? NaN);
  return ofTree(process.pid);
}

/** Empty where there is none, or no more. */
function text(file: string): string {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return '';
  }
}

function names(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
