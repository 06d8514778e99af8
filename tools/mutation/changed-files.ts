import { spawnSync } from 'node:child_process';

export interface Changes {
  /** What the files were compared with, in words. */
  readonly comparedWith: string;
  /** Files of `src/`, those whose unit test has changed among them. */
  readonly files: readonly string[];
}

/** What has changed since a commit, in the working tree too; null: this clone has no earlier commit to compare with. */
export function changesSince(ref: string | undefined): Changes | null {
  const head = git('rev-parse', 'HEAD');
  const branched = git('merge-base', 'origin/main', 'HEAD');
  const base = ref ?? (branched === head ? null : branched) ?? git('rev-parse', '--verify', '--quiet', 'HEAD^');
  if (base === null) return null;
  const changed = git('diff', '--name-only', base);
  if (changed === null) throw new Error(`git cannot compare with ${base}`);
  const files = changed.split('\n').map((path) => path.replace(/^test\/(.*)\.unit\.test\.ts$/, 'src/$1.ts'));
  return { comparedWith: git('log', '-1', '--format=%h, "%s"', base) ?? base, files: [...new Set(files)] };
}

function git(...args: readonly string[]): string | null {
  const { status, stdout } = spawnSync('git', args, { encoding: 'utf8' });
  return status === 0 ? stdout.trim() : null;
}
