/**
 * What this project takes from elsewhere: exact versions alone, each with the digest of what the registry gave, no scripts at install
 * time, and no known vulnerability where the registry can say so.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

interface LockFile {
  readonly packages: Readonly<Record<string, { readonly integrity?: string; readonly link?: boolean }>>;
}

const issues: string[] = [];
const EXACT = /^\d+\.\d+\.\d+(-[\w.]+)?$/;

for (const name of ['package.json', 'client/package.json']) {
  const manifest = JSON.parse(readFileSync(name, 'utf8')) as Manifest;
  const all = { ...manifest.dependencies, ...manifest.devDependencies, ...manifest.optionalDependencies };
  for (const [dependency, version] of Object.entries(all))
    if (!EXACT.test(version)) issues.push(`${name}: ${dependency} has no exact version`);
}

const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8')) as LockFile;
for (const [path, { integrity, link }] of Object.entries(packages))
  if (path !== '' && !link && !integrity?.startsWith('sha512-'))
    issues.push(`package-lock.json: ${path} has no digest`);

const settings = readFileSync('.npmrc', 'utf8').split('\n');
for (const setting of ['ignore-scripts=true', 'save-exact=true'])
  if (!settings.includes(setting)) issues.push(`.npmrc: ${setting} is missing`);

const audit = spawnSync(
  'npm',
  ['audit', '--json', '--audit-level=high', '--fetch-retries=0', '--fetch-timeout=10000'],
  { encoding: 'utf8' },
);
const report = parsed(audit.stdout);
if (report?.metadata) {
  const { high = 0, critical = 0 } = report.metadata.vulnerabilities;
  console.log(`known vulnerabilities: ${high} high, ${critical} critical`);
  if (high + critical > 0) issues.push('npm audit: a package has a known vulnerability of level high or critical');
} else console.log('known vulnerabilities: not run, as this registry does not say');

for (const issue of issues) console.error(issue);
console.log(`${Object.keys(packages).length - 1} packages, ${issues.length} issues`);
process.exitCode = issues.length === 0 ? 0 : 1;

interface Audit {
  readonly metadata?: { readonly vulnerabilities: Readonly<Record<string, number>> };
}

function parsed(text: string): Audit | null {
  try {
    return JSON.parse(text) as Audit;
  } catch {
    return null;
  }
}
