/**
 * `npm run dev`: builds and starts the service and the page, again after each change. The service starts again when the page is another one,
 * as it reads it once; the page then reloads itself.
 */
import { spawn } from 'node:child_process';

const commands: readonly (readonly [command: string, ...args: string[]])[] = [
  ['node', 'tools/build-console.ts', '--watch'],
  ['nest', 'start', '--watch', '--exec', 'node --watch-path=console/dist --watch-preserve-output'],
];

const children = commands.map(([command, ...args]) => spawn(command, args, { stdio: 'inherit' }));
const end = (): void => {
  for (const child of children) child.kill('SIGTERM');
};
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, end);
for (const child of children)
  child.on('exit', (code) => {
    process.exitCode ??= code ?? 0;
    end();
  });
