import { ask, readRequest } from './asking.ts';
import { type Estate } from './estate.ts';
import { PROCESSES, type Step } from './schedule.ts';
import { type Truth } from './truth.ts';

/**
 * A process is told to end while it is asked. What it asks Redis first is on its way until then, so that its refresh begins during the
 * end, and goes on when the answer is sent. Another process starts in its place.
 * @returns what is wrong: what the process still fetched is to be in Redis, so that the next one asks for nothing
 */
export async function leave(
  estate: Estate,
  { by }: Extract<Step, { kind: 'leave' }>,
  truth: Truth,
): Promise<readonly string[]> {
  const { host } = estate;
  const { faults, traffic } = estate.sandboxes[truth.subject.of];
  const calls = (): number => traffic.counts.bySource.reseller;
  const read = { kind: 'read', ...truth.subject, form: 'named', directive: '', awaited: true } as const;
  const askFor = (index: number) => ask(estate.url(index), truth, readRequest({ ...read, by: index }, truth));
  const before = calls();
  faults.set('reseller', { kind: 'hold' });
  estate.delay(by);
  const reading = askFor(by);
  reading.catch(() => undefined);
  await host.moment();
  const ending = host.end(by);
  await host.moment();
  estate.recover(by);
  const { status } = await host.finish('a read of a process that ends', reading);
  faults.clear();
  await host.finish('the end of a process', ending);
  const isFetched = status === 200 && calls() > before;
  const after = calls();
  await host.finish('a read of another process', askFor((by + 1) % PROCESSES.length));
  await estate.restart(by);
  if (status !== 200 && status !== 504) return [`status ${status} of a process that ends`];
  return isFetched && calls() > after ? ['what a process has fetched is lost with its end'] : [];
}
