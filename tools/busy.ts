/**
 * Runs a command beside busy loops on the same cores: `node tools/busy.ts COMMAND ARG…`. A test that measures the machine
 * instead of the service fails here. The loops end with the command. Test files run in a random order; TEST_ORDER_SEED gives one again.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';

/** One for each of the two workers that jest is given. */
const LOOPS = 2;

const [command, ...args] = process.argv.slice(2);
if (command === undefined) {
  console.error('usage: node tools/busy.ts COMMAND ARG…');
  process.exit(2);
}

/** Also when this process is killed. */
const LOOP = `const parent = ${process.pid}; while (process.ppid === parent);`;
const loops = Array.from({ length: LOOPS }, () => spawn(process.execPath, ['-e', LOOP], { stdio: 'ignore' }));
const { TEST_ORDER_SEED = String(randomInt(1_000_000)) } = process.env;
console.log(`TEST_ORDER_SEED=${TEST_ORDER_SEED}`);
const child = spawn(command, args, { stdio: 'inherit', env: { ...process.env, TEST_ORDER_SEED } });
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.on(signal, () => {
    child.kill(signal);
  });
child.on('error', (error) => {
  end(loops);
  console.error(`${command}: ${error.message}`);
  process.exit(127);
});
child.on('exit', (code) => {
  end(loops);
  process.exit(code ?? 1);
});

function end(all: readonly ChildProcess[]): void {
  for (const loop of all) loop.kill('SIGKILL');
}
