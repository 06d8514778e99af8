import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { credentials } from '../../sandbox/credentials.ts';
import { type LocalRedis, startRedis } from '../../sandbox/redis/local-redis.ts';
import { type Sandbox, startSandbox } from '../../sandbox/server.ts';
import { throughWaits } from '../support/passing-time.ts';
import { sandboxVariables, type Service, startService } from '../support/service.ts';
import { callOperation, callWith } from './calling.ts';
import { allows, contractIssues, type Described, operations, type Parameter } from './contract.ts';

const REFUSALS = ['invalid_request', 'billing_customer_id_invalid', 'unknown_organisation'];
const texts = ['', 'zq', 'zq7', 'a b c d', 'x'.repeat(41), 'x'.repeat(256), '  ', '0', '-1', '1.5', '1e3', '1000000'];
const ids = ['00000000-0000-0000-0000-000000000000', 'urn:uuid:3fa85f64-5717-4562-b3fc-2c963f66afa6'];
/** One of the names of a list and one more, which is none. */
const lists = ['stripe,zq7', 'name,', 'account.foo', 'address.nope', 'name,connectors.paypal', 'identity.verdict'];

let redis: LocalRedis;
let sandbox: Sandbox;
let service: Service;

beforeAll(async () => {
  [redis, sandbox] = await Promise.all([startRedis(), startSandbox()]);
  service = await startService(sandboxVariables(sandbox.url, { REDIS_URL: redis.url }));
});

afterAll(async () => {
  await service.close();
  await Promise.all([sandbox.close(), redis.kill()]);
});

const all = operations.flatMap((operation) => operation.parameters.map((parameter) => ({ operation, parameter })));
const cases = all.map(({ operation, parameter }): [string, Described, Parameter] => [
  `${operation.operationId}: ${parameter.in} ${parameter.name}`,
  operation,
  parameter,
]);

/** A text as the parameter's schema sees it. */
function typed({ schema: { type } }: Parameter, text: string): unknown {
  if (type === 'integer') return text.trim() === '' ? text : Number(text);
  if (type === 'boolean') return { true: true, false: false }[text] ?? text;
  return type === 'array' ? text.split(',') : text;
}

/** Texts that the description allows. */
function goodTexts({ name, schema }: Parameter): readonly string[] {
  if (name === 'organisation') return [credentials.billing.organisation];
  const { enum: names, items, minimum, maximum, type, examples = [] } = schema as Parameter['schema'] & {
    readonly items?: { readonly enum: readonly string[] };
    readonly minimum?: number;
    readonly maximum?: number;
  }; // prettier-ignore
  const values = [...(names ?? []), ...examples, minimum, maximum, items?.enum, ...(type === 'boolean' ? [true, false] : [])];
  return values.filter((value) => value !== undefined).map(String);
} // prettier-ignore

describe('(A7) each parameter', () => {
  it.each(cases)('has a type and an example of it: %s', (_title, _operation, parameter) => {
    expect(['string', 'integer', 'boolean', 'array']).toContain(parameter.schema.type);
    expect(goodTexts(parameter).filter((text) => !allows(parameter, typed(parameter, text)))).toStrictEqual([]);
    expect(goodTexts(parameter).length).toBeGreaterThan(0);
    if (parameter.schema.type === 'array') expect(parameter).toMatchObject({ style: 'form', explode: false });
  });

  it.each(cases)('is taken as it is described: %s', async (_title, operation, parameter) => {
    for (const text of goodTexts(parameter)) {
      const call = callWith(operation, parameter, text);
      const answer = await throughWaits(service, callOperation(service, operation, call));
      expect({ text, issues: contractIssues(operation, answer) }).toStrictEqual({ text, issues: [] });
      if (answer.status >= 400) expect(REFUSALS).not.toContain((JSON.parse(answer.body) as { code: string }).code);
    }
  });

  it.each(cases)('is refused when it is not as it is described: %s', async (_title, operation, parameter) => {
    const bad = [...texts, ...ids, ...lists].filter((text) => !allows(parameter, typed(parameter, text)));
    for (const text of bad) {
      if (text === '' && parameter.in !== 'query') continue;
      const answer = await callOperation(service, operation, callWith(operation, parameter, text));
      expect({ text, issues: contractIssues(operation, answer) }).toStrictEqual({ text, issues: [] });
      expect([400, 403, 422]).toContain(answer.status);
      expect(REFUSALS).toContain((JSON.parse(answer.body) as { code: string }).code);
    }
  });
});

describe('the parameter', () => {
  const named = (place: string, name: string): readonly string[] =>
    all
      .filter(({ parameter }) => parameter.in === place && parameter.name === name)
      .map(({ operation }) => operation.operationId);
  const withPath = (isOne: (path: string) => boolean): readonly string[] =>
    operations.filter(({ path }) => isOne(path)).map(({ operationId }) => operationId);

  it('(A6) organisation is one of every operation that answers for an organisation', () => {
    expect(named('header', 'organisation')).toStrictEqual(
      withPath((path) => /^\/v1\/(customer|invalidations)/.test(path)),
    );
  });

  it('X-Request-Id is one of every operation', () => {
    expect(named('header', 'X-Request-Id')).toStrictEqual(withPath(() => true));
  });

  it('customerId is one of every operation with a customer in its path', () => {
    expect(named('path', 'customerId')).toStrictEqual(withPath((path) => path.includes('{customerId}')));
  });

  it.each(['X-Request-Timeout-Ms', 'x-envoy-expected-rq-timeout-ms', 'Cache-Control'])(
    '%s is one of every read of a profile',
    (name) => {
      const reads = ['getCustomerProfile', 'batchGetCustomerProfiles', 'getCustomerConnectors', 'getCustomerConnector'];
      expect(named('header', name)).toStrictEqual(reads);
    },
  );
});
