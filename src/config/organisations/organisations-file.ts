import { isUUID } from 'class-validator';
import { isObject } from '../../json/json.ts';
import { type Env } from '../environment/env.ts';
import { fileError } from '../environment/environment-error.ts';
import { type ConfiguredFile, parseJsonFile, readTextFile } from '../read-text-file.ts';

const VARIABLE = 'ORGANISATIONS_FILE';
export const MAX_ORGANISATIONS_FILE_BYTES = 4_194_304;

/** Credentials at both upstreams. `id` is the organisation's lower-case UUID at the billing platform. */
export interface Credentials {
  readonly id: string;
  readonly resellerApiKey: string;
  readonly resellerToken:
    | { readonly kind: 'static'; readonly accessToken: string }
    | { readonly kind: 'client-credentials'; readonly clientSecret: string };
  readonly billingApiKey: string;
}

/** The one organisation of the single-key variables. `Env` has checked that they are set. */
export function organisationOf(env: Env): Credentials {
  return organisation({
    id: env.BILLING_ORGANISATION,
    resellerApiKey: env.RESELLER_API_KEY,
    resellerAccessToken: env.RESELLER_ACCESS_TOKEN,
    resellerClientSecret: env.RESELLER_CLIENT_SECRET,
    billingApiKey: env.BILLING_API_KEY,
  });
}

/** Reads the file of several organisations. @throws EnvironmentError */
export function readOrganisationsFile(path: string): ConfiguredFile {
  return { path, content: readTextFile(VARIABLE, path, MAX_ORGANISATIONS_FILE_BYTES) };
}

/**
 * The content of that file: `{"organisations": [{"id": "<uuid>", "resellerApiKey": "…", "resellerAccessToken" |
 * "resellerClientSecret": "…", "billingApiKey": "…"}, …]}`.
 * @throws EnvironmentError naming each wrong place in the file, never its content
 */
export function parseOrganisations(text: string): readonly Credentials[] {
  const entries = readEntries(text);
  const issues = entries.flatMap((entry, index) => entryIssues(entry, `organisations[${index}]`));
  const ids = entries.map((entry) => (isObject(entry) ? String(entry.id).toLowerCase() : ''));
  if (new Set(ids).size !== ids.length) issues.push('an id occurs more than once');
  if (issues.length > 0) throw fileError(VARIABLE, issues);
  return entries.map((entry) => organisation(entry as Record<string, string | undefined>));
}

function organisation(entry: Record<string, string | undefined>): Credentials {
  const { id = '', resellerApiKey = '', resellerAccessToken, resellerClientSecret = '', billingApiKey = '' } = entry;
  return {
    id: id.toLowerCase(),
    resellerApiKey,
    resellerToken:
      resellerAccessToken === undefined
        ? { kind: 'client-credentials', clientSecret: resellerClientSecret }
        : { kind: 'static', accessToken: resellerAccessToken },
    billingApiKey,
  };
}

function readEntries(text: string): readonly unknown[] {
  const content = parseJsonFile(VARIABLE, text);
  const entries = isObject(content) ? content.organisations : undefined;
  if (!Array.isArray(entries) || entries.length === 0)
    throw fileError(VARIABLE, ['organisations must be a list that is not empty']);
  return entries;
}

function entryIssues(entry: unknown, at: string): string[] {
  if (!isObject(entry)) return [`${at} must be an object`];
  const issues = ['resellerApiKey', 'billingApiKey']
    .filter((name) => !isSecret(entry[name]))
    .map((name) => `${at}.${name} must be set, in visible ASCII characters`);
  if (!isUUID(entry.id, 'loose')) issues.push(`${at}.id must be a UUID`);
  const tokens = ['resellerAccessToken', 'resellerClientSecret'].filter((name) => entry[name] !== undefined);
  if (tokens.length !== 1 || !tokens.every((name) => isSecret(entry[name])))
    issues.push(
      `${at} must have exactly one of resellerAccessToken and resellerClientSecret, in visible ASCII characters`,
    );
  return issues;
}

const isSecret = (value: unknown): boolean => typeof value === 'string' && /^[\x21-\x7e]+$/.test(value);
