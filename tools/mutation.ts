/**
 * Changes the rules one piece at a time and looks whether a unit test fails: `npm run mutation -- FILE…`. Without files it takes those of
 * the pure rooms that have changed since `--since REF`, or since this branch left origin/main; with `--all`, each of them. It starts no
 * file after `--minutes N`, and ends the one that still runs. It fails below 90 %, and unless the survivors are those of the list.
 */
import { parseArgs } from 'node:util';
import { changesSince } from './mutation/changed-files.ts';
import { mutate } from './mutation/mutate.ts';
import { pureFiles } from './mutation/rooms.ts';
import { type Counted, countedOf, shareOf, sum, survivorLine } from './mutation/survivors.ts';

const LOWEST_PERCENT = 90;

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: { since: { type: 'string' }, all: { type: 'boolean' }, minutes: { type: 'string' } },
});
const endsAt = performance.now() + Number(options.minutes ?? Infinity) * 60_000;
const files = positionals.length > 0 ? positionals : options.all ? pureFiles() : changedPureFiles();

const tested: Counted[] = [];
const notReached = [...files];
const timer = Number.isFinite(endsAt) ? setTimeout(end, endsAt - performance.now()) : null;
for (const file of files) {
  const counted = countedOf(file, await mutate(file));
  tested.push(counted);
  notReached.shift();
  console.log(`${file}: ${shareOf(counted)}`);
  for (const survivor of counted.unlisted) console.log(`  survived: ${survivorLine(survivor)}`);
  for (const { code, mutant } of counted.stale) console.log(`  listed, but did not survive: ${code} → ${mutant}`);
}
if (timer) clearTimeout(timer);
end();

/** Also in the middle of a file: Stryker and its processes then end with this one. */
function end(): never {
  const total = sum(tested);
  const isLow = total.mutants > 0 && (100 * total.found) / total.mutants < LOWEST_PERCENT;
  const isOther = tested.some(({ unlisted, stale }) => unlisted.length + stale.length > 0);
  if (notReached.length > 0) console.log(`no time for ${notReached.join(', ')}`);
  if (tested.length > 0) console.log(`all: ${shareOf(total)}`);
  if (isLow) console.error(`less than ${LOWEST_PERCENT} %`);
  if (isOther) console.error('the survivors are not those of test/mutation-survivors');
  process.exit(isLow || isOther ? 1 : 0);
}

function changedPureFiles(): readonly string[] {
  const changes = changesSince(options.since);
  if (!changes) {
    console.log('nothing was compared: this clone has no earlier commit (is it shallow?)');
    return [];
  }
  const changed = pureFiles().filter((file) => changes.files.includes(file));
  console.log(`compared with ${changes.comparedWith}: ${changed.length} files of the pure rooms have changed`);
  return changed;
}
