import { execFileSync, spawnSync } from 'node:child_process';
import { parseAllDocuments } from 'yaml';

const folder = new URL('../../deploy/kubernetes/', import.meta.url).pathname;

/** An object of the Kubernetes API, as a manifest has it. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly labels?: Readonly<Record<string, string>> };
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- each kind has other members; the compiler checks them elsewhere
  readonly [member: string]: any;
}

/** What to add to the title of tests that this machine cannot run; null when it can. */
export function withoutKubectl(): string | null {
  const { error, stdout } = spawnSync('kubectl', ['version', '--client', '-o', 'json'], { encoding: 'utf8' });
  if (error) return ' (needs kubectl)';
  const { kustomizeVersion = 'v0' } = JSON.parse(stdout) as { kustomizeVersion?: string };
  return Number(/^v(\d+)/.exec(kustomizeVersion)?.[1]) >= 5 ? null : ' (needs a kubectl with kustomize 5)';
}

/** What `kubectl kustomize` makes of a folder of `deploy/kubernetes/`, such as `overlays/staging`. */
export class Manifests {
  readonly all: readonly Manifest[];

  constructor(path: string) {
    const text = execFileSync('kubectl', ['kustomize', folder + path], { encoding: 'utf8' });
    this.all = parseAllDocuments(text).map((document) => document.toJS() as Manifest);
  }

  /** The ConfigMap with the variables of the service. */
  get environment(): Manifest {
    const [only] = this.all.filter(({ kind, data }) => kind === 'ConfigMap' && data.DRAIN_DELAY_MS !== undefined);
    if (!only) throw new Error('no variables');
    return only;
  }

  /** The only object of its kind. */
  one(kind: string): Manifest {
    const [only, ...more] = this.all.filter((manifest) => manifest.kind === kind);
    if (!only || more.length > 0) throw new Error(`not one ${kind}`);
    return only;
  }
}
