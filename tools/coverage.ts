/**
 * Runs tests and measures how much of each room of `src/` they run: `node tools/coverage.ts COMMAND ARG…`. It fails when a room has less than
 * `test/coverage.json` demands. With COVERAGE_UPDATE set, that file takes higher figures instead. `coverage/` has the pages by line.
 */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';

/** Percentages of a room. */
interface Room {
  readonly lines: number;
  readonly branches: number;
}

interface Counted {
  readonly total: number;
  readonly covered: number;
}

type Summary = Readonly<Record<string, { readonly lines: Counted; readonly branches: Counted }>>;

const THRESHOLDS = 'test/coverage.json';
const REPORTS = 'coverage';

const [command, ...args] = process.argv.slice(2);
if (command === undefined) {
  console.error('usage: node tools/coverage.ts COMMAND ARG…');
  process.exit(2);
}

const raw = mkdtempSync(join(tmpdir(), 'coverage-'));
const child = spawn(command, args, { stdio: 'inherit', env: { ...process.env, NODE_V8_COVERAGE: raw } });
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => child.kill(signal));
child.on('error', (error) => {
  console.error(`${command}: ${error.message}`);
  process.exitCode = 127;
});
child.on('close', (code) => {
  try {
    process.exitCode ??= code === 0 ? report() : (code ?? 1);
  } finally {
    rmSync(raw, { recursive: true });
  }
});

/** @returns the exit code */
function report(): number {
  const reporters = ['json-summary', 'html'].flatMap((name) => ['--reporter', name]);
  const options = ['--temp-directory', raw, '--reports-dir', REPORTS, '--all', '--src', 'src', '--include', 'src/**'];
  const { status } = spawnSync('c8', ['report', ...options, ...reporters], { stdio: 'inherit' });
  if (status !== 0) return status ?? 1;
  const measured = roomsOf(JSON.parse(readFileSync(join(REPORTS, 'coverage-summary.json'), 'utf8')) as Summary);
  const demanded = JSON.parse(readFileSync(THRESHOLDS, 'utf8')) as Readonly<Record<string, Room>>;
  if (process.env.COVERAGE_UPDATE !== undefined) {
    writeFileSync(THRESHOLDS, `${JSON.stringify(raised(measured, demanded), null, 2)}\n`);
    return 0;
  }
  const issues = Object.keys({ ...measured, ...demanded }).flatMap((room) => issuesOf(room, measured, demanded));
  for (const issue of issues) console.error(issue);
  console.log(`coverage of ${Object.keys(measured).length} rooms, ${issues.length} issues`);
  return issues.length === 0 ? 0 : 1;
}

/** The folders of `src/`; the files beside them are one room, `src`. */
function roomsOf(summary: Summary): Readonly<Record<string, Room>> {
  const files = Object.entries(summary).filter(([path]) => path !== 'total');
  const rooms = Object.groupBy(files, ([path]) => {
    const [, room, file] = relative(process.cwd(), path).split('/');
    return file === undefined ? 'src' : String(room);
  });
  const share = (counts: readonly Counted[]): number => {
    const [covered, total] = [sum(counts.map((count) => count.covered)), sum(counts.map((count) => count.total))];
    return total === 0 ? 100 : (100 * covered) / total;
  };
  const shares = Object.entries(rooms).map(([room, in_ = []]) => {
    const room_ = {
      lines: share(in_.map(([, { lines }]) => lines)),
      branches: share(in_.map(([, { branches }]) => branches)),
    };
    return [room, room_] as const;
  });
  return Object.fromEntries(shares.toSorted(([one], [other]) => one.localeCompare(other)));
}

/** Whole percentages, below what was measured: some branches depend on the order in which answers come. */
function raised(
  measured: Readonly<Record<string, Room>>,
  demanded: Readonly<Record<string, Room>>,
): Record<string, Room> {
  const higher = (now: number, marginPercent: number, before = 0): number =>
    Math.max(before, Math.floor(now - marginPercent));
  return Object.fromEntries(
    Object.entries(measured).map(([room, { lines, branches }]) => [
      room,
      { lines: higher(lines, 1, demanded[room]?.lines), branches: higher(branches, 3, demanded[room]?.branches) },
    ]),
  );
}

function issuesOf(
  room: string,
  measured: Readonly<Record<string, Room>>,
  demanded: Readonly<Record<string, Room>>,
): readonly string[] {
  const now = measured[room];
  const least = demanded[room];
  if (!now) return [`${THRESHOLDS}: there is no room ${room}`];
  if (!least) return [`${THRESHOLDS}: the room ${room} is missing`];
  return (['lines', 'branches'] as const)
    .filter((kind) => now[kind] < least[kind])
    .map(
      (kind) => `${room}: ${now[kind].toFixed(1)} % of the ${kind} are run by tests, at least ${least[kind]} % must be`,
    );
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
