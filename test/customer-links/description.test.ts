import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { openStage, type Stage } from '../profile-cache/stage.ts';
import type { Service } from '../support/service.ts';
import { importFile, LINKS, NDJSON, newLinks, readLines, toLines } from './ndjson.ts';

interface Operation {
  readonly parameters: readonly { readonly name: string; readonly in: string }[];
  readonly requestBody?: { readonly content: Record<string, { readonly schema: { readonly examples?: string[] } }> };
  readonly responses: Record<
    string,
    { readonly headers?: object; readonly content?: Record<string, { schema: object; example: unknown }> }
  >;
}

let stage: Stage;
let service: Service;
let paths: Record<string, Record<string, Operation>>;

beforeAll(async () => {
  stage = await openStage();
  service = await stage.service();
  paths = (await service.http.get('/openapi.json').expect(200)).body.paths;
});

afterAll(() => stage.close());

function operation(path: string, method: string): Operation {
  const found = paths[path]?.[method];
  if (!found) throw new Error(`${method} ${path} is not described`);
  return found;
}
const parametersOf = ({ parameters }: Operation): readonly string[] =>
  parameters
    .map(({ name, in: place }) => `${place} ${name}`)
    .filter((name) => !name.startsWith('path ') && name !== 'header X-Request-Id');

describe('the description of the links', () => {
  it('names the conditions, the ETag and the statuses of one link', () => {
    const [get, put, remove] = ['get', 'put', 'delete'].map((method) => operation(`${LINKS}/{customerId}`, method));
    expect(get && parametersOf(get)).toEqual(['header organisation', 'header If-Match', 'header If-None-Match']);
    expect(put && parametersOf(put)).toEqual(['header organisation', 'header If-Match', 'header If-None-Match']);
    expect(remove && parametersOf(remove)).toEqual(['header organisation', 'header If-Match', 'header If-None-Match']);
    for (const one of [get?.responses['200'], get?.responses['304'], put?.responses['200'], put?.responses['201']])
      expect(one?.headers).toHaveProperty('ETag');
    for (const one of [get, put, remove]) expect(one?.responses).toHaveProperty('412');
  });

  it('of a list holds for a page and for its own example', async () => {
    const list = operation(LINKS, 'get');
    expect(parametersOf(list)).toEqual([
      'header organisation',
      'query billingCustomerId',
      'query limit',
      'query cursor',
    ]);
    await importFile(service.url, toLines(newLinks(5)));
    const { body } = await service.http.get(`${LINKS}?limit=3`).expect(200);
    const { schema, example } = list.responses['200']?.content?.['application/json'] ?? {};
    const ajv = formats.default(new Ajv2020({ strict: false }));
    for (const page of [body, example]) expect([ajv.validate(schema ?? false, page), ajv.errors]).toEqual([true, null]);
  });

  it('shows as examples files that can be read, and an import that can be sent', async () => {
    const exported = operation(`${LINKS}/export`, 'get').responses['200']?.content?.[NDJSON];
    expect(readLines(String(exported?.example)).at(-1)).toEqual({ exported: 1 });
    const { responses, requestBody, parameters } = operation(`${LINKS}/import`, 'post');
    expect(parameters.map(({ name }) => name)).toEqual(['organisation', 'dryRun', 'X-Request-Id']);
    expect(readLines(String(responses['200']?.content?.[NDJSON]?.example)).at(-1)).toHaveProperty('summary');
    const { lines } = await importFile(service.url, String(requestBody?.content[NDJSON]?.schema.examples?.[0]));
    expect(lines.at(-1)?.summary).toMatchObject({ lines: 1, refused: 0, failed: 0 });
    for (const status of ['408', '413', '415', '503']) expect(responses).toHaveProperty(status);
  });
});
