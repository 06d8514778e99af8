import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sandboxVariables, type Service, startService } from '../support/service.ts';
import { sendBytes } from './raw.ts';

let service: Service;

beforeAll(async () => {
  const PUBLIC_BASE_URL = 'https://gateway.example.org/profiles/';
  service = await startService(sandboxVariables('http://127.0.0.1:9', { PUBLIC_BASE_URL }));
});

afterAll(() => service.close());

describe('behind a gateway that adds a path (E22)', () => {
  it.each([
    ['a request that is wrong', '/v1/customer-profiles/9876543210?fields=nonsense', 'invalid_request'],
    ['a path that is wrongly encoded', '/%zz', 'invalid_request'],
    ['no route', '/nothing-here', 'route_not_found'],
  ])('the problem of %s links to the reference that callers can open', async (_what, path, code) => {
    const answer = await fetch(service.url + path);
    expect(await answer.json()).toMatchObject({ type: `https://gateway.example.org/profiles/docs/errors.md#${code}` });
  });

  it('so does the problem of bytes that are no request', async () => {
    const { body } = await sendBytes(service.url, 'nonsense\r\n\r\n');
    expect(body).toContain('"type":"https://gateway.example.org/profiles/docs/errors.md#invalid_request"');
  });

  it('the description names the server that callers ask', async () => {
    const { body } = await service.http.get('/openapi.json').expect(200);
    expect(body).toMatchObject({ servers: [{ url: 'https://gateway.example.org/profiles' }] });
  });
});
