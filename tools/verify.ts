/**
 * Everything CI checks, in one command, except that CI runs the unit tests a second time beside busy loops: `npm run verify`. Each step is a public tool; the first failing one ends it.
 * `--no-tests` leaves the tests out.
 */
import { spawnSync } from 'node:child_process';

const steps: readonly (readonly [name: string, command: string, ...args: string[]])[] = [
  ['format', 'prettier', '--check', '--log-level', 'warn', '.'],
  ['lint', 'eslint', '.'],
  [
    'imports',
    'depcruise',
    '--output-type',
    'err',
    'src',
    'sandbox',
    'demo',
    'bench',
    'tools',
    'client/src',
    'console/src',
  ],
  ['secrets', 'secretlint', '--maskSecrets', '**/*'],
  ['supply chain', 'node', 'tools/check-supply-chain.ts'],
  ['types', 'tsc', '--noEmit', '--project', 'tsconfig.json'],
  ['types of the console', 'tsc', '--noEmit', '--project', 'console'],
  ['build', 'node', 'tools/build.ts'],
  ['client', 'tsc', '--project', 'client'],
  ['documents', 'node', 'tools/check-documents.ts'],
  ['tests', 'npm', 'test', '--silent'],
];

const startedAt = performance.now();
for (const [name, command, ...args] of steps) {
  if (name === 'tests' && process.argv.includes('--no-tests')) continue;
  const stepStartedAt = performance.now();
  console.log(`— ${name}`);
  const { status } = spawnSync(command, args, { stdio: 'inherit' });
  if (status !== 0) {
    console.error(`${name} failed: ${[command, ...args].join(' ')}`);
    process.exit(status ?? 1);
  }
  console.log(`  ${((performance.now() - stepStartedAt) / 1000).toFixed(1)} s`);
}
console.log(`all of it in ${((performance.now() - startedAt) / 1000).toFixed(1)} s`);
