/**
 * Starts the servers that its parent asks for, tells it of their starts and ends, and ends them with it. The parent may be large,
 * and a large process is slow to fork.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import type { Order, Report } from './starter.ts';

const running = new Set<ChildProcess>();
const report = (of: Report): void => void process.send?.(of);

process.on('message', ({ id, command, args }: Order) => {
  const child = spawn(command, args, { stdio: 'ignore' });
  running.add(child);
  child.once('spawn', () => {
    report({ id, pid: child.pid ?? 0 });
  });
  child.once('error', () => {
    report({ id, pid: null });
  });
  child.once('exit', () => {
    running.delete(child);
    report({ id, pid: null });
  });
});

// A terminal signals all processes: the servers are ended by the parent, which asks this one.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
process.once('disconnect', () => {
  for (const child of running) child.kill('SIGKILL');
  process.exit();
});
