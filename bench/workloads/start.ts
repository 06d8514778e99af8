import { processCpuMs } from '../cpu.ts';
import { median } from '../numbers.ts';
import { type Findings, fixed } from '../report.ts';
import { type Stage, type Subject, subjectNames } from '../stage.ts';

const LIMIT_MS = 1000;
const MOST_TO_BEFORE = 0.5;

interface Start {
  readonly readyMs: number;
  readonly cpuMs: number;
}

/** From the start of the process to the first answer that says "ready". */
export async function start(stage: Stage): Promise<Findings> {
  const subjects: readonly Subject[] = ['service', 'modules', ...(stage.hasBefore ? (['before'] as const) : []), 'fastifyDedupe', 'nestExpress']; // prettier-ignore
  const starts: Partial<Record<Subject, Start[]>> = {};
  for (let round = 0; round < (stage.quick ? 1 : 5); round += 1)
    for (const subject of subjects) {
      const server = await stage.start(subject);
      (starts[subject] ??= []).push({ readyMs: server.readyAfterMs, cpuMs: processCpuMs(server.pid) });
      await server.stop();
    }
  const typical = (subject: Subject, key: keyof Start): number =>
    median((starts[subject] ?? []).map((one) => one[key]));
  const toBefore = (key: keyof Start): number => typical('service', key) / typical('before', key);
  const ours = typical('service', 'readyMs');
  return {
    tables: [
      {
        title: 'Start to ready',
        header: ['what', 'ms', 'CPU ms'],
        rows: subjects.map((subject) => [
          subjectNames[subject],
          fixed(typical(subject, 'readyMs')),
          fixed(typical(subject, 'cpuMs')),
        ]),
      },
    ],
    targets: [
      { what: 'start to ready', target: '< 1 s', measured: `${fixed(ours / 1000, 2)} s`, met: ours < LIMIT_MS },
      {
        what: 'start to ready, to the build before',
        target: `≤ ${MOST_TO_BEFORE}`,
        measured: stage.hasBefore
          ? `${fixed(toBefore('readyMs'), 2)} (by CPU ${fixed(toBefore('cpuMs'), 2)})`
          : 'not measured: no `--before`',
        met: stage.hasBefore ? toBefore('readyMs') <= MOST_TO_BEFORE : null,
      },
    ],
    raw: starts,
  };
}
