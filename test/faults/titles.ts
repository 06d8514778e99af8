import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

const DECLARES = new Set(['describe', 'it', 'test']);
/** What declares a test, or a whole `describe` with all that is in it, without running it. */
const NOT_RUN = new Set(['skip', 'todo', 'xdescribe', 'xit', 'xtest']);

/** A title of a `describe`, `it` or `test`, as it is written, and the file, relative to the folder. */
export interface Title {
  readonly text: string;
  readonly file: string;
}

/** The titles in all test files below a folder. What a table puts into a title is not in it; tests that are always skipped are left out. */
export function titlesBelow(folder: string): readonly Title[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.test.ts'))
    .sort()
    .flatMap((file) => titlesOf(readFileSync(join(folder, file), 'utf8')).map((text) => ({ text, file })));
}

export function titlesOf(source: string): readonly string[] {
  const titles: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node)) {
      const [title] = node.arguments;
      const words = names(node.expression);
      const isTitle = title && (ts.isStringLiteralLike(title) || ts.isTemplateExpression(title));
      if (isTitle && words.some((word) => NOT_RUN.has(word))) return;
      if (isTitle && DECLARES.has(words[0] ?? '')) titles.push(title.getText().slice(1, -1));
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile('a.test.ts', source, ts.ScriptTarget.Latest, true));
  return titles;
}

/** `it.each(table)` is `it`, `each`; what depends on the machine is named as where it can run, which comes first. */
function names(called: ts.Expression): readonly string[] {
  if (ts.isIdentifier(called)) return [called.text];
  if (ts.isPropertyAccessExpression(called)) return [...names(called.expression), called.name.text];
  if (ts.isConditionalExpression(called)) return names(called.whenTrue);
  return ts.isCallExpression(called) || ts.isParenthesizedExpression(called) ? names(called.expression) : [];
}

/** The ids that a title names, such as F5 and W3 in `a body that breaks off (F5, W3)`. */
export function idsIn(title: string): readonly string[] {
  return [...title.matchAll(/\(((?:[A-Z]\d+(?:, )?)+)\)/g)].flatMap(([, ids = '']) => ids.split(', '));
}
