import { getDomain } from 'tldts';
import { isObject, type JsonObject } from '../../json/json.ts';
import { MERGED_FIELDS, type MergedField, POLICY_SOURCES } from './merge-policy.ts';

const MAX_SHARED_DOMAINS = 1000;
const HOST_NAME = /^(?:[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?\.)+[a-z][a-z\d-]{0,61}[a-z\d]$/;

/**
 * The issues of a policy file, each with its place, such as `fields.name.sources[2]`. They repeat no value, because the
 * operator may have named a wrong file. Without issues the content is a `PolicyContent`.
 */
export function policyIssues(content: unknown): readonly string[] {
  if (!isObject(content)) return ['must be an object with version and fields'];
  const { version, fields, groups, sharedDomains } = content;
  const isVersion = typeof version === 'string' && /^[\w.-]{1,40}$/.test(version);
  return [
    ...unknownMembers(content, ['version', 'fields', 'groups', 'sharedDomains'], ''),
    ...(isVersion ? [] : ['version must be 1 to 40 letters, digits, dots, hyphens or underscores']),
    ...fieldsIssues(fields),
    ...(groups === undefined ? [] : groupsIssues(groups, fields)),
    ...(sharedDomains === undefined ? [] : sharedDomainsIssues(sharedDomains)),
  ];
}

function fieldsIssues(fields: unknown): string[] {
  if (!isObject(fields)) return [`fields must be an object with ${MERGED_FIELDS.join(', ')}`];
  return [
    ...unknownMembers(fields, MERGED_FIELDS, 'fields.'),
    ...MERGED_FIELDS.flatMap((field) => fieldIssues(fields[field], `fields.${field}`)),
  ];
}

function fieldIssues(field: unknown, at: string): string[] {
  if (!isObject(field)) return [`${at} must be an object with sources`];
  return [...unknownMembers(field, ['sources'], `${at}.`), ...sourcesIssues(field.sources, `${at}.sources`)];
}

function sourcesIssues(sources: unknown, at: string): string[] {
  if (!Array.isArray(sources) || sources.length === 0) return [`${at} must be a list that is not empty`];
  return sources.flatMap((source: unknown, index) => {
    if (!POLICY_SOURCES.some((name) => name === source))
      return [`${at}[${index}] must be one of ${POLICY_SOURCES.join(', ')}`];
    const first = sources.indexOf(source);
    return first === index ? [] : [`${at}[${index}] repeats ${at}[${first}]`];
  });
}

function groupsIssues(groups: unknown, fields: unknown): string[] {
  if (!Array.isArray(groups)) return ['groups must be a list of lists of fields'];
  const seen = new Set<unknown>();
  return groups.flatMap((group: unknown, index) => {
    const at = `groups[${index}]`;
    if (!Array.isArray(group) || group.length < 2) return [`${at} must be a list of two fields or more`];
    return group.flatMap((field: unknown, place) => {
      if (!isMergedField(field)) return [`${at}[${place}] must be one of ${MERGED_FIELDS.join(', ')}`];
      if (seen.has(field)) return [`${at}[${place}] is in a group already`];
      seen.add(field);
      return sourcesOf(fields, field) === sourcesOf(fields, group[0])
        ? []
        : [`${at}[${place}] must have the same sources as ${at}[0]`];
    });
  });
}

/** The issues of a list of shared e-mail domains; by its places, never its content. */
export function sharedDomainsIssues(domains: unknown): string[] {
  if (!Array.isArray(domains) || domains.length > MAX_SHARED_DOMAINS)
    return [`sharedDomains must be a list of at most ${MAX_SHARED_DOMAINS} domains`];
  return domains.flatMap((domain: unknown, index) => {
    const at = `sharedDomains[${index}]`;
    if (typeof domain !== 'string' || domain.length > 253 || !HOST_NAME.test(domain))
      return [`${at} must be a domain as the DNS writes it, in lower case`];
    if (getDomain(domain, { extractHostname: false }) === null)
      return [`${at} must be below a registry's suffix such as com or co.uk`];
    const first = domains.indexOf(domain);
    return first === index ? [] : [`${at} repeats sharedDomains[${first}]`];
  });
}

function sourcesOf(fields: unknown, name: unknown): string {
  const field = isObject(fields) && isMergedField(name) ? fields[name] : null;
  return JSON.stringify(isObject(field) ? field.sources : null);
}

/** The name of an unknown member is shown only where it is a plain word. */
function unknownMembers(object: JsonObject, allowed: readonly string[], at: string): string[] {
  return Object.keys(object)
    .filter((name) => !allowed.includes(name))
    .map((name) => `${at}${/^[A-Za-z]{1,24}$/.test(name) ? name : '…'} is not allowed; allowed: ${allowed.join(', ')}`);
}

const isMergedField = (value: unknown): value is MergedField => MERGED_FIELDS.some((field) => field === value);
