import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fixed, percent, type Table } from './report.ts';

const SHOWN = 40;
const NOT_BUSY = new Set(['(idle)', '(root)']);

/** The members of V8's CPU profile that are read here. */
interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
  }[];
  readonly samples: readonly number[];
  /** Microseconds before each sample. */
  readonly timeDeltas: readonly number[];
}

/** Of each profile the functions in which most time was spent themselves. The files open in the developer tools of any Chromium. */
export function profileTables(folder: string): readonly Table[] {
  return readdirSync(folder).map((name) => {
    const file = join(folder, name);
    const selfMs = selfTimes(JSON.parse(readFileSync(file, 'utf8')) as CpuProfile);
    const busyMs = [...selfMs.values()].reduce((sum, ms) => sum + ms, 0);
    const longest = [...selfMs].sort(([, one], [, other]) => other - one).slice(0, SHOWN);
    return {
      title: `Own time of functions, of ${fixed(busyMs)} ms: ${file}`,
      header: ['share', 'ms', 'function'],
      rows: longest.map(([place, ms]) => [percent(ms / busyMs), fixed(ms), place]),
    };
  });
}

function selfTimes({ nodes, samples, timeDeltas }: CpuProfile): ReadonlyMap<string, number> {
  const frames = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]));
  const selfMs = new Map<string, number>();
  for (const [at, id] of samples.entries()) {
    const frame = frames.get(id);
    if (!frame || NOT_BUSY.has(frame.functionName)) continue;
    const place = `\`${frame.functionName || '(anonymous)'}\` ${frame.url.replace(/^.*\/(node_modules|build)\//, '')}:${frame.lineNumber + 1}`;
    selfMs.set(place, (selfMs.get(place) ?? 0) + (timeDeltas[at] ?? 0) / 1000);
  }
  return selfMs;
}
