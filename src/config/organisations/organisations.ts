import { type Env } from '../environment/env.ts';
import { type ConfiguredFile } from '../read-text-file.ts';
import { type Credentials, organisationOf, parseOrganisations, readOrganisationsFile } from './organisations-file.ts';
import { type UpstreamClients, upstreamClients } from './upstream-clients.ts';

/** One organisation with its own credentials at both upstreams, and their names in Redis. */
export interface Organisation extends Credentials, UpstreamClients {}

/** The organisations by lower-case id (the UUID at the billing platform). There is always one. */
export class Organisations {
  /** The file from which they are reloaded; null: they come from the single-key variables. */
  readonly file: ConfiguredFile | null;
  readonly #env: Env;
  #byId: ReadonlyMap<string, Organisation>;
  #onReplaced: () => void = () => undefined;

  /** @throws EnvironmentError naming each wrong place in the file, never its content */
  constructor(env: Env) {
    this.file = env.ORGANISATIONS_FILE === undefined ? null : readOrganisationsFile(env.ORGANISATIONS_FILE);
    this.#env = env;
    this.#byId = this.#named(this.file === null ? [organisationOf(env)] : parseOrganisations(this.file.content));
  }

  get size(): number {
    return this.#byId.size;
  }

  /** The organisation when there is only one. */
  get only(): Organisation | undefined {
    const [first, second] = this.#byId.values();
    return second ? undefined : first;
  }

  get(id: string): Organisation | undefined {
    return this.#byId.get(id);
  }

  /** Their ids. */
  keys(): Iterable<string> {
    return this.#byId.keys();
  }

  /**
   * The scope under which the organisation's parts are cached; parts of another scope are not served. '' for an
   * organisation that is not configured.
   */
  cacheScopeOf(id: string): string {
    return this.#byId.get(id)?.cacheScope ?? '';
  }

  /** Replaces the organisations. @param text of the file @throws EnvironmentError; nothing has changed then */
  replace(text: string): void {
    this.#byId = this.#named(parseOrganisations(text));
    this.#onReplaced();
  }

  /** Calls `listener` when the organisations were replaced. */
  onReplaced(listener: () => void): void {
    this.#onReplaced = listener;
  }

  #named(all: readonly Credentials[]): ReadonlyMap<string, Organisation> {
    return new Map(all.map((one) => [one.id, { ...one, ...upstreamClients(one, this.#env) }]));
  }
}
