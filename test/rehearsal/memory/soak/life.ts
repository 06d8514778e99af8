import { randomUUID } from 'node:crypto';
import { linkedEverywhere, resource } from '../../../../sandbox/customers/making.ts';
import { type Sandbox } from '../../../../sandbox/server.ts';

const PROFILES = '/v1/customer-profiles';
const LINKS = '/v1/customer-links';
const ERASURES = '/v1/customer-erasures';
const JSON_TYPE = 'application/json';
const IMPORTED = 5;
const BATCH = 10;
/** Redis keeps these of a customer for good: its links with their history, a digest of what readers last got, and which indexes name it. */
const LASTING_KEYS = 3;
/** Of one that was imported and never read: all but the indexes. */
const LASTING_KEYS_OF_IMPORTED = 2;
/** So few are erased, again and again, because Redis keeps that a customer was erased. */
export const ERASED_CUSTOMERS = 5;

interface Sent {
  readonly type?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

interface Named {
  readonly customerId: string;
  readonly billingCustomerId: string;
}

/** Callers who do everything that the API offers, each time for another customer. */
export class Lives {
  /** What was answered in another way than it has to be. */
  readonly failures: string[] = [];
  requests = 0;
  customers = 0;
  private imported = 0;
  private erasures = 0;
  private readonly recent: string[] = [];
  private readonly url: string;
  private readonly sandbox: Sandbox;

  constructor(url: string, sandbox: Sandbox) {
    this.url = url;
    this.sandbox = sandbox;
  }

  /** How many keys Redis keeps for good of all customers so far. */
  get lastingKeys(): number {
    return LASTING_KEYS * this.customers + LASTING_KEYS_OF_IMPORTED * this.imported;
  }

  /** All that is done for one customer, from its link to the end of the link. Some of it is done for one customer in a few. */
  async live(): Promise<void> {
    const number = this.customers;
    const { customerId, billingCustomerId } = this.another();
    const [profile, link] = [`${PROFILES}/${customerId}`, `${LINKS}/${customerId}`];
    await this.ask('PUT', link, 201, { type: JSON_TYPE, body: { billingCustomerId } });
    const first = await this.ask('GET', profile, 200);
    const etag = first.headers.get('etag') ?? '';
    await this.ask('GET', profile, 304, { headers: { 'if-none-match': etag } });
    for (const more of ['?fields=name,sources', '/connectors', '/connectors/xero', '/explanation'])
      await this.ask('GET', profile + more, 200);
    await this.ask('HEAD', profile, 200);
    await this.ask('GET', `${PROFILES}?billingCustomerId=${billingCustomerId}`, 200);
    await this.ask('GET', `${PROFILES}/8${customerId.slice(1)}`, 404);
    await this.ask('GET', `${profile}?fields=shoeSize`, 400);
    if (number % 3 === 0) await this.forget(profile, customerId);
    if (number % 5 === 0) await this.readMany();
    if (number % 7 === 0) await this.importMany(number);
    await this.ask('DELETE', link, 204);
    this.recent.push(customerId);
    if (this.recent.length > BATCH) this.recent.shift();
  }

  /** Erases a customer, and permits it again. The service waits until no copy is left, so it is apart from the rest of a life. */
  async erase(): Promise<void> {
    const { customerId } = this.linked('P6', this.erasures % ERASED_CUSTOMERS);
    this.erasures += 1;
    await this.ask('GET', `${PROFILES}/${customerId}`, 200);
    await this.ask('POST', ERASURES, 200, { type: JSON_TYPE, body: { customerId } });
    await this.ask('GET', `${PROFILES}/${customerId}`, 410);
    await this.ask('DELETE', `${ERASURES}/${customerId}`, 204);
    await this.ask('GET', `${PROFILES}/${customerId}`, 200);
  }

  /** Reads what has changed since the cursor. @returns the next one */
  async follow(cursor: string | null): Promise<string> {
    const query = cursor === null ? 'from=newest' : `waitSeconds=1&cursor=${encodeURIComponent(cursor)}`;
    const answer = await this.ask('GET', `/v1/customer-profile-changes?${query}`, 200);
    return (JSON.parse(answer.text) as { cursor: string }).cursor;
  }

  private async forget(profile: string, customerId: string): Promise<void> {
    await this.ask('POST', '/v1/invalidations', 202, {
      type: JSON_TYPE,
      body: { customerIds: [customerId], mode: 'stale' },
    });
    await this.ask('GET', profile, 200);
    await this.ask('DELETE', `${profile}/cache`, 204);
    await this.ask('GET', profile, 200, { headers: { 'cache-control': 'no-cache' } });
  }

  private async readMany(): Promise<void> {
    if (this.recent.length > 0)
      await this.ask('POST', `${PROFILES}/batch-get`, 200, { type: JSON_TYPE, body: { customerIds: this.recent } });
  }

  private async importMany(number: number): Promise<void> {
    const ids = Array.from({ length: IMPORTED }, (_, index) => `I${number}-${index}`);
    const lines = ids.map((customerId) => JSON.stringify({ customerId, billingCustomerId: randomUUID() }));
    await this.ask('POST', `${LINKS}/import`, 200, { type: 'application/x-ndjson', body: lines.join('\n') });
    await this.ask('GET', `${LINKS}?limit=10`, 200);
    for (const customerId of ids) await this.ask('DELETE', `${LINKS}/${customerId}`, 204);
    this.imported += IMPORTED;
  }

  /** A customer of whom the service knows nothing. */
  private another(): Named {
    this.customers += 1;
    return this.linked('P5', this.customers - 1);
  }

  /** The upstreams know the customer, and another billing customer of it than before. */
  private linked(series: string, number: number): Named {
    const digits = String(number).padStart(8, '0');
    const customer = { customerId: series + digits, billingCustomerId: randomUUID() };
    const name = `Thornbury Instruments ${digits}`;
    this.sandbox.customers.put({
      ...{ slug: customer.customerId, about: '', billingCustomerId: customer.billingCustomerId },
      resource: resource(customer.customerId, name),
      connectors: linkedEverywhere(digits, name, `accounts-${digits}@example.com`),
    });
    return customer;
  }

  private async ask(
    method: string,
    path: string,
    expected: number,
    { type, body, headers = {} }: Sent = {},
  ): Promise<{ readonly headers: Headers; readonly text: string }> {
    this.requests += 1;
    const answer = await fetch(this.url + path, {
      ...{ method, headers: { ...headers, ...(type === undefined ? {} : { 'content-type': type }) } },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (answer.status !== expected)
      this.failures.push(`${method} ${path}: ${answer.status}, not ${expected}: ${text.slice(0, 300)}`);
    return { headers: answer.headers, text };
  }
}
