import { residentMb } from '../cpu.ts';
import { putCustomers } from '../customers.ts';
import { OF_IMAGE } from '../image-options.ts';
import { readAll, readFor } from '../reads.ts';
import { type Findings, fixed } from '../report.ts';
import type { Stage } from '../stage.ts';

const SERIES = 11;
const CONNECTIONS = 50;
const MOST_MB = 300;
const ROWS: readonly (readonly [what: string, options: readonly string[]])[] = [
  [`as in the image: \`${OF_IMAGE.join(' ')}\``, OF_IMAGE],
  ['without options', []],
];

/** Customers read once each, then warm reads of them all. */
export async function memory(stage: Stage): Promise<Findings> {
  const { customerCount, seconds } = stage.quick
    ? { customerCount: 1000, seconds: 1 }
    : { customerCount: 10_000, seconds: 5 };
  const readings: { readonly what: string; readonly mb: readonly number[] }[] = [];
  for (const [index, [what, options]] of ROWS.entries()) {
    // Others in each process, as the cache in Redis is shared.
    const customers = putCustomers(stage.sandbox, SERIES + index, customerCount);
    const server = await stage.start('service', { RESELLER_QUOTA_CALLS: '1000000' }, options);
    const mb = [residentMb(server.pid)];
    await readAll(server.url, customers);
    mb.push(residentMb(server.pid));
    let turn = 0;
    await readFor(server.url, seconds, CONNECTIONS, () => customers[(turn += 1) % customers.length]?.path ?? '');
    mb.push(residentMb(server.pid));
    await server.stop();
    readings.push({ what, mb });
  }
  const [ofImage = NaN, plain = NaN] = readings.map(({ mb }) => mb.at(-1) ?? NaN);
  return {
    tables: [
      {
        title: `Memory, RSS in MiB: ${customerCount} cold reads, then ${seconds} s of warm reads of the same customers`,
        header: ['Node’s options', 'at the start', 'after the cold reads', 'after the warm reads'],
        rows: readings.map(({ what, mb }) => [what, ...mb.map((value) => fixed(value))]),
      },
    ],
    targets: [
      {
        what: `RSS with ${customerCount} warm customers, with the image’s options`,
        target: `≤ ${MOST_MB} MB`,
        measured: `${fixed(ofImage)} MB (without options ${fixed(plain)})`,
        met: ofImage <= MOST_MB,
      },
    ],
    raw: readings,
  };
}
