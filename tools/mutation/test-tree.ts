/**
 * Runs the tests of a test file one by one, as `jest-light-runner` does: it takes the tree of circus, and calls its functions. That
 * runner has no way to run some tests of a file, or to be told which one runs.
 */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

type Act = (...args: readonly unknown[]) => unknown;

interface Hook {
  readonly type: 'beforeAll' | 'beforeEach' | 'afterEach' | 'afterAll';
  readonly fn: Act;
}

interface Block {
  readonly type: 'describeBlock';
  readonly mode?: string;
  readonly name: string;
  readonly children: readonly (Block | Test)[];
  readonly hooks: readonly Hook[];
}

interface Test {
  readonly type: 'test';
  readonly mode?: string;
  readonly name: string;
  readonly fn: Act;
}

interface Circus {
  readonly resetState: () => void;
  readonly getState: () => { readonly rootDescribeBlock: Block };
}

/** One test with what runs around it. */
export interface PlacedTest {
  readonly id: string;
  readonly file: string;
  readonly blocks: readonly Block[];
  readonly run: Act;
}

const RUNNER = join('node_modules', 'jest-light-runner', 'src');
let circus: Circus | null = null;

/** Once in a process: the compiler of `src/`, and the global names of a test file. */
export async function prepare(): Promise<void> {
  await import(pathToFileURL(join('test', 'support', 'runner', 'setup.ts')).href);
  await import(pathToFileURL(join(RUNNER, 'global-setup.js')).href);
  circus = createRequire(pathToFileURL(join(RUNNER, 'index.js')))('jest-circus') as Circus;
}

export async function testsOf(file: string): Promise<readonly PlacedTest[]> {
  circus?.resetState();
  await import(pathToFileURL(file).href);
  const placed: PlacedTest[] = [];
  const place = (block: Block, outer: readonly Block[]): void => {
    const blocks = [...outer, block];
    for (const child of block.children) {
      if (child.mode === 'skip') continue;
      if (child.type === 'describeBlock') place(child, blocks);
      else {
        const titles = [...blocks.slice(1).map(({ name }) => name), child.name].join(' ');
        placed.push({ id: `${file}#${placed.length} ${titles}`, file, blocks, run: child.fn });
      }
    }
  };
  const root = circus?.getState().rootDescribeBlock;
  if (root) place(root, []);
  return placed;
}

/** Every test gets its own `beforeAll`, so that it can run without those before it. */
export async function runTest({ blocks, run }: PlacedTest): Promise<void> {
  const hooks = (type: Hook['type']): readonly Act[] =>
    blocks.flatMap((block) => block.hooks.filter((hook) => hook.type === type).map(({ fn }) => fn));
  for (const fn of [...hooks('beforeAll'), ...hooks('beforeEach'), run]) await fn();
  for (const fn of [...hooks('afterEach'), ...hooks('afterAll')]) await fn();
}
