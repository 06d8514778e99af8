import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const root = new URL('../../', import.meta.url).pathname;
const tsc = join(root, 'node_modules/typescript/bin/tsc');
const run = promisify(execFile);

/** A project elsewhere that has the packed client as its one dependency, and the examples of its README as programs. */
export interface ClientProject {
  /** The files of the package. */
  readonly packed: readonly string[];
  /** The packages that the project has. */
  readonly installed: readonly string[];
  /** The compiled examples, in the order of the README. */
  readonly programs: readonly string[];
  /** Compiles these examples, and those of the other documents. @throws with what the compiler says */
  compile(): Promise<void>;
  remove(): void;
}

/** @param url of the service that the examples call */
export async function clientProject(url: string): Promise<ClientProject> {
  const folder = mkdtempSync(join(tmpdir(), 'client-project-'));
  const [client, project] = [join(folder, 'client'), join(folder, 'project')];
  mkdirSync(project);
  await run(process.execPath, [tsc, '--project', join(root, 'client'), '--outDir', join(client, 'dist')]);
  for (const name of ['package.json', 'README.md']) cpSync(join(root, 'client', name), join(client, name));
  const npm = async (...args: readonly string[]): Promise<string> =>
    (await run('npm', [...args, '--json', '--cache', join(folder, 'cache')], { cwd: project })).stdout;
  const [pack] = JSON.parse(await npm('pack', client)) as [{ filename: string; files: { path: string }[] }];
  writeFileSync(join(project, 'package.json'), '{ "type": "module" }');
  await npm('install', '--offline', '--no-audit', '--no-fund', join(project, pack.filename));

  const examples = examplesIn('client/README.md', url);
  for (const [index, text] of examples.entries()) writeFileSync(join(project, `example-${index}.ts`), text);
  const others = documents().flatMap((file) => examplesIn(file, url));
  for (const [index, text] of others.entries()) writeFileSync(join(project, `document-${index}.ts`), text);
  const compilerOptions = { module: 'nodenext', target: 'es2022', lib: ['es2022', 'dom'], types: [], strict: true };
  writeFileSync(
    join(project, 'tsconfig.json'),
    JSON.stringify({ compilerOptions: { ...compilerOptions, rootDir: '.', outDir: 'out' } }),
  );
  return {
    packed: pack.files.map(({ path }) => path),
    installed: installedIn(join(project, 'node_modules')),
    programs: examples.map((_text, index) => join(project, `out/example-${index}.js`)),
    compile: async () => {
      await run(process.execPath, [tsc, '--project', project]).catch((error: unknown) => {
        throw new Error((error as { stdout: string }).stdout);
      });
    },
    remove: () => {
      rmSync(folder, { recursive: true });
    },
  };
}

/** The documents of the service. */
const documents = (): readonly string[] => [
  'README.md',
  ...readdirSync(join(root, 'docs')).flatMap((name) => (name.endsWith('.md') ? [`docs/${name}`] : [])),
];

/** The examples of a document that use the client. */
function examplesIn(file: string, url: string): readonly string[] {
  return [...readFileSync(join(root, file), 'utf8').matchAll(/```ts\n([\s\S]*?)```/g)]
    .map(([, text = '']) => text.replaceAll('http://127.0.0.1:3000', url))
    .filter((text) => text.includes("from '@example/customer-profile-client'"));
}

function installedIn(modules: string): readonly string[] {
  return readdirSync(modules)
    .filter((name) => !name.startsWith('.'))
    .flatMap((name) =>
      name.startsWith('@') ? readdirSync(join(modules, name)).map((inner) => `${name}/${inner}`) : [name],
    );
}
