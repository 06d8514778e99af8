import { median } from '../numbers.ts';
import { type Findings, fixed } from '../report.ts';
import { type Stage, type Subject, subjectNames } from '../stage.ts';

const SUBJECTS: readonly Subject[] = ['service', 'fastifyDedupe', 'nestExpress'];
const LIMIT_MS = 1000;

/** From the start of the process to the first answer that says "ready". */
export async function start(stage: Stage): Promise<Findings> {
  const times: Partial<Record<Subject, number[]>> = {};
  for (let round = 0; round < (stage.quick ? 1 : 3); round += 1)
    for (const subject of SUBJECTS) {
      const server = await stage.start(subject);
      (times[subject] ??= []).push(server.readyAfterMs);
      await server.stop();
    }
  const typical = (subject: Subject): number => median(times[subject] ?? []);
  const ours = typical('service');
  return {
    tables: [
      {
        title: 'Start to ready',
        header: ['what', 'ms'],
        rows: SUBJECTS.map((subject) => [subjectNames[subject], fixed(typical(subject))]),
      },
    ],
    targets: [
      { what: 'start to ready', target: '< 1 s', measured: `${fixed(ours / 1000, 2)} s`, met: ours < LIMIT_MS },
    ],
    raw: times,
  };
}
