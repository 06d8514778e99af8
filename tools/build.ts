/** `npm run build`: the service to `build/` and, bundled, to `dist/`; and the page for people to `console/dist/`. */
import { spawnSync } from 'node:child_process';

const steps: readonly (readonly [command: string, ...args: string[]])[] = [
  ['nest', 'build'],
  ['node', 'tools/bundle-service.ts'],
  ['node', 'tools/build-console.ts'],
];

for (const [command, ...args] of steps) {
  const { status } = spawnSync(command, args, { stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}
