/**
 * Writes the files that are made from the source: `npm run generate`. With `--check` it writes nothing, names files that are out
 * of date and exits 1.
 */
import { writeFileSync } from 'node:fs';
import { compileSourceOnImport } from './compile-on-import.ts';

compileSourceOnImport();
const { generatedFiles, isCurrent, locationOf } = await import('./generate/generated-files.ts');

const outdated = (await generatedFiles()).filter((file) => !isCurrent(file));
if (process.argv.includes('--check')) {
  for (const { path } of outdated) console.error(`${path} is out of date: npm run generate`);
  process.exitCode = outdated.length === 0 ? 0 : 1;
} else {
  for (const file of outdated) writeFileSync(locationOf(file), file.content);
  console.log(
    outdated.length === 0 ? 'Everything is up to date.' : `Written: ${outdated.map(({ path }) => path).join(', ')}`,
  );
}
