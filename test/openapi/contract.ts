import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { readFileSync } from 'node:fs';

type Schema = Readonly<Record<string, unknown>>;

export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required: boolean;
  readonly style?: string;
  readonly explode?: boolean;
  readonly schema: Schema & {
    readonly type?: string;
    readonly enum?: readonly string[];
    readonly examples?: readonly unknown[];
  };
}

interface Header {
  readonly required?: boolean;
  readonly schema: Schema;
}

interface Operation {
  readonly operationId: string;
  readonly tags: readonly string[];
  readonly parameters: readonly Parameter[];
  readonly responses: Readonly<
    Record<
      string,
      {
        readonly description: string;
        readonly headers?: Readonly<Record<string, Header | { readonly $ref: string }>>;
        readonly content?: Readonly<Record<string, { readonly schema: Schema }>>;
      }
    >
  >;
}

interface Description {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly headers: Readonly<Record<string, Header>> };
  readonly tags: readonly { readonly name: string }[];
}

/** An operation and where it is. */
export type Described = Operation & { readonly method: string; readonly path: string };

/** An answer as it came over the wire. */
export interface WireAnswer {
  readonly status: number;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export const description = JSON.parse(
  readFileSync(new URL('../../docs/openapi.json', import.meta.url), 'utf8'),
) as Description;
export const operations: readonly Described[] = Object.entries(description.paths).flatMap(([path, item]) =>
  Object.entries(item).map(([method, operation]) => ({ ...operation, method: method.toUpperCase(), path })),
);

/** Of the connection and the body's framing, not of the answer. */
const TRANSPORT = ['content-type', 'content-length', 'date', 'connection', 'keep-alive', 'transfer-encoding'];

const ajv = new Ajv2020({ strict: false, allErrors: true });
formats.default(ajv);
ajv.addSchema(description, 'openapi');
const compiled = new Map<string, ValidateFunction>();

/** Compiles the schema at that place of docs/openapi.json. */
function schemaAt(...pointer: readonly string[]): ValidateFunction {
  const steps = pointer.map((step) => encodeURIComponent(step.replaceAll('~', '~0').replaceAll('/', '~1')));
  const place = `openapi#/${steps.join('/')}`;
  const validate = compiled.get(place) ?? ajv.compile({ $ref: place });
  compiled.set(place, validate);
  return validate;
}

const errorsOf = (validate: ValidateFunction, value: unknown): readonly string[] =>
  validate(value) ? [] : (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message ?? ''}`);

/** Whether the description allows this value of a parameter. */
export const allows = ({ schema }: Parameter, value: unknown): boolean => ajv.validate(schema, value);

/** Every schema of a response, compiled. @throws Error when one is no JSON Schema */
export function compileAll(): number {
  for (const { path, method, responses } of operations)
    for (const [status, { content = {} }] of Object.entries(responses))
      for (const type of Object.keys(content)) bodySchema(path, method, status, type);
  return compiled.size;
}

const bodySchema = (path: string, method: string, status: string, type: string): ValidateFunction =>
  schemaAt('paths', path, method.toLowerCase(), 'responses', status, 'content', type, 'schema');

/** What of an answer is not as docs/openapi.json describes it for this operation: status, headers and body. */
export function contractIssues({ path, method, responses }: Described, answer: WireAnswer): readonly string[] {
  const status = String(answer.status);
  const response = responses[status];
  if (!response) return [`the status ${status} is not described`];
  const type = answer.headers['content-type']?.split(';')[0] ?? '';
  return [...headerIssues(response.headers ?? {}, answer.headers), ...bodyIssues()];

  function bodyIssues(): readonly string[] {
    if (!response?.content) return answer.body === '' && type === '' ? [] : ['a body is there and not described'];
    if (!(type in response.content)) return [`the media type ${type} is not described`];
    const value: unknown = type.endsWith('json') && !type.includes('ndjson') ? JSON.parse(answer.body) : answer.body;
    return errorsOf(bodySchema(path, method, status, type), value);
  }
}

function headerIssues(
  described: Readonly<Record<string, Header | { readonly $ref: string }>>,
  sent: WireAnswer['headers'],
): readonly string[] {
  const known = Object.entries(described).map(([name, header]) => [name.toLowerCase(), resolved(header)] as const);
  const unknown = Object.keys(sent).filter((name) => !TRANSPORT.includes(name) && !known.some(([one]) => one === name));
  return [
    ...unknown.map((name) => `the header ${name} is not described`),
    ...known.flatMap(([name, { required = false, schema }]) => {
      const value = sent[name];
      if (value === undefined) return required ? [`the header ${name} is missing`] : [];
      const typed = schema.type === 'integer' ? Number(value) : value;
      return ajv.validate(schema, typed) ? [] : [`the header ${name} is ${value}`];
    }),
  ];
}

function resolved(header: Header | { readonly $ref: string }): Header {
  if (!('$ref' in header)) return header;
  const found = description.components.headers[header.$ref.split('/').at(-1) ?? ''];
  if (!found) throw new Error(`there is no ${header.$ref}`);
  return found;
}
