/** Domains that belong to no company: reserved by a standard, or typed where a form demanded an address. */

/** Top-level names for tests and private networks (RFC 2606, 6761, 6762, 7686, 9476), even if the Public Suffix List has them. */
export const RESERVED_TOP_LEVELS: ReadonlySet<string> = new Set([
  'test', 'invalid', 'localhost', 'localdomain', 'local', 'internal', 'intranet', 'private', 'corp', 'home', 'lan', 'onion', 'alt', 'arpa',
]); // prettier-ignore

/** RFC 2606's names below other registries' domains, and names that people use like one, below any top level. */
export const PLACEHOLDER_NAMES: ReadonlySet<string> = new Set([
  'example', 'noemail', 'no-email', 'nomail', 'no-mail', 'noreply', 'no-reply', 'donotreply', 'do-not-reply', 'noaddress', 'no-address', 'nospam', 'notprovided', 'not-provided',
  'notavailable', 'not-available', 'notapplicable', 'noemailprovided', 'noemailaddress', 'emailnotprovided', 'withoutemail', 'without-email', 'dontknow', 'unknownemail',
  'yourdomain', 'your-domain', 'yourcompany', 'your-company', 'yoursite', 'mycompany', 'my-company', 'mydomain', 'my-domain', 'somedomain', 'somecompany', 'companyname', 'domainname',
  'testdomain', 'testcompany', 'test-company', 'testmail', 'testemail', 'fakeemail', 'fakemail', 'fakedomain', 'placeholder', 'changeme', 'tobedefined', 'xxxx', 'asdf', 'asdfasdf', 'qwerty', 'foobar',
  'keineemail', 'keine-email', 'keinemail', 'keine-mail', 'sinemail', 'sin-email', 'sincorreo', 'nocorreo', 'notiene', 'noposee', 'pasdemail', 'pas-de-mail', 'sansemail', 'sansmail', 'nessunamail',
  'senzaemail', 'semiemail', 'sememail', 'naotem', 'geenemail', 'geen-email', 'geenmail', 'ingenmail', 'ingenemail', 'brakemaila', 'brakmaila', 'bezemailu', 'yokmail',
]); // prettier-ignore

/** Words that are placeholders as a .com, .net or .org, and may be a company's name elsewhere. */
export const PLACEHOLDER_DOMAINS: readonly string[] = [
  'none', 'null', 'na', 'nil', 'nothing', 'nobody', 'nowhere', 'no', 'non', 'empty', 'blank', 'unknown', 'anonymous', 'anon', 'fake', 'dummy', 'test', 'testing', 'tester', 'temp', 'invalid', 'sample', 'demo', 'default', 'domain', 'company',
  'email', 'mail', 'website', 'site', 'customer', 'client', 'user', 'address', 'someone', 'something', 'somewhere', 'abc123', 'abcd', 'aaaa', 'xxx', 'zzz', 'foo', 'localhost', 'host', 'server', 'tbd', 'tba',
].flatMap((name) => [`${name}.com`, `${name}.net`, `${name}.org`]); // prettier-ignore
