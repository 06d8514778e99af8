/**
 * Runs a command of this project on the Node it brings, after installing missing packages: `node tools/run.mjs COMMAND ARG…`.
 * Itself it runs on any Node from 20, as there may be no other before the first install.
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { delimiter, join } from 'node:path';
import { createHash } from 'node:crypto';

const root = join(import.meta.dirname ?? new URL('.', import.meta.url).pathname, '..');
const bin = join(root, 'node_modules', '.bin');
const installing = join(root, '.installing');
const stamp = join(root, 'node_modules', '.installed-from');
const lock = createHash('sha256')
  .update(readFileSync(join(root, 'package-lock.json')))
  .digest('hex');
// Debian keeps servers, such as those that tests start, where the PATH of an ordinary user does not lead.
const path = [bin, process.env.PATH ?? '', '/usr/local/sbin', '/usr/sbin'];
const env = { ...process.env, PATH: path.join(delimiter) };

install();
checkNode();
run(process.argv.slice(2));

/** Installs exactly the lock file, once for each state of it. No package may run code while it is installed. */
function install() {
  if (isInstalled()) return;
  holdLock();
  try {
    if (!isInstalled()) runInstall();
  } finally {
    rmSync(installing, { recursive: true, force: true });
  }
}

function isInstalled() {
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === lock;
}

/** Two commands at once must not install into one folder; a lock that was left behind counts for ten minutes. */
function holdLock() {
  for (;;) {
    try {
      mkdirSync(installing);
      return;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    const since = statSync(installing, { throwIfNoEntry: false })?.mtimeMs ?? Date.now();
    if (Date.now() - since > 600_000) rmSync(installing, { recursive: true, force: true });
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200);
  }
}

function runInstall() {
  process.stderr.write('Installing the dependencies of package-lock.json (once, about half a minute) …\n');
  const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  const { status } = spawnSync('npm', args, { cwd: root, stdio: ['ignore', process.stderr, 'inherit'] });
  if (status !== 0) {
    rmSync(installing, { recursive: true, force: true });
    process.exit(status ?? 1);
  }
  writeFileSync(stamp, lock);
}

/** On platforms for which the registry has no Node package, the machine's own must do. */
function checkNode() {
  const version = spawnSync('node', ['--version'], { env, encoding: 'utf8' }).stdout.trim();
  const [major = 0, minor = 0] = version.slice(1).split('.').map(Number);
  if (major > 24 || (major === 24 && minor >= 9)) return;
  process.stderr.write(`This project needs Node 24.9 or newer, and brings one for Linux only. Found ${version}.\n`);
  process.exit(1);
}

/** Passes signals on and ends as the command ends. */
function run([command, ...args]) {
  const child = spawn(command, args, { cwd: root, env, stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT']) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => {
    process.stderr.write(`${command}: ${error.message}\n`);
    process.exit(127);
  });
  child.on('exit', (code, signal) => process.exit(code ?? 128 + constants.signals[signal]));
}
