import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');

/**
 * Compiles `bench/peers`: decorators need a compiler, and no peer shall pay for being started from TypeScript.
 * @returns the folder they are in, the project's dependencies beside them; it goes when this process ends
 */
export function compilePeers(): string {
  const folder = mkdtempSync(join(tmpdir(), 'bench-peers-'));
  process.once('exit', () => {
    rmSync(folder, { recursive: true, force: true });
  });
  const compiler = join(root, 'node_modules/typescript/bin/tsc');
  const options = ['--project', join(import.meta.dirname, 'peers'), '--noCheck', '--outDir', folder];
  execFileSync(process.execPath, [compiler, ...options], { stdio: 'inherit' });
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }\n');
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  return folder;
}
