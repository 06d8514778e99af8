import { connectorNames } from '../../sandbox/connectors.ts';
import type { Fault } from '../../sandbox/faults/fault.ts';
import type { Sandbox } from '../../sandbox/server.ts';
import { type BenchCustomer, putCustomers } from '../customers.ts';
import { BATCH, largestInputs, readFirst } from '../largest-inputs.ts';
import { freePort } from '../processes.ts';
import { readAll } from '../reads.ts';
import { type Findings, fixed } from '../report.ts';
import type { Stage } from '../stage.ts';

const SERIES = 15;
const MOST_MS = 25;
const MEASURING = ['--import', new URL('../longest-turn.ts', import.meta.url).href];

/** The longest turn of the event loop while an upstream, an import or a caller sends the largest that it may. */
export async function turns(stage: Stage): Promise<Findings> {
  const { warming, times, importShare } = stage.quick
    ? { warming: 200, times: 1, importShare: 1 / 16 }
    : { warming: 3000, times: 3, importShare: 1 };
  const cases = largestInputs(importShare);
  const customers = putCustomers(stage.sandbox, SERIES, warming + cases.length * times * BATCH);
  let taken = 0;
  const take = (count: number): readonly BenchCustomer[] => customers.slice(taken, (taken += count));
  const port = String(await freePort());
  const server = await stage.start('service', { LONGEST_TURN_PORT: port, RESELLER_QUOTA_CALLS: '1000000' }, MEASURING);
  const longest = async (): Promise<number> => Number(await (await fetch(`http://127.0.0.1:${port}`)).text());
  await readAll(server.url, take(warming));
  const found: { readonly what: string; readonly ms: number[] }[] = [];
  for (const { what, reseller, connectors, send = readFirst } of cases) {
    const ms: number[] = [];
    for (let time = 0; time < times; time += 1) {
      setFaults(stage.sandbox, reseller, connectors);
      await longest();
      await send(server.url, take(BATCH));
      ms.push(await longest());
      stage.sandbox.faults.clear();
    }
    found.push({ what, ms });
  }
  await server.stop();

  const worst = Math.max(...found.flatMap(({ ms }) => ms));
  const worstOf = found.find(({ ms }) => ms.includes(worst))?.what ?? '';
  return {
    tables: [
      {
        title: `Longest turn of the event loop, CPU ms, after ${warming} cold reads; each sent ${times} times`,
        header: ['what is sent', 'longest', 'each time'],
        rows: found.map(({ what, ms }) => [what, fixed(Math.max(...ms)), ms.map((one) => fixed(one)).join(', ')]),
      },
    ],
    targets: [
      {
        what: 'longest turn of the event loop, by CPU',
        target: `≤ ${MOST_MS} ms`,
        measured: `${fixed(worst)} ms (${worstOf})`,
        met: worst <= MOST_MS,
      },
    ],
    raw: found,
  };
}

function setFaults({ faults }: Sandbox, reseller: Fault | undefined, connectors: Fault | undefined): void {
  if (reseller) faults.set('reseller', reseller);
  if (connectors) for (const name of connectorNames) faults.set(name, connectors);
}
