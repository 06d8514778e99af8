import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { requestBytes, sendBytes } from '../http-server/raw.ts';
import { sandboxVariables, type Service, startService } from '../support/service.ts';

const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;

let service: Service;
const idOf = async (sent: Record<string, string>): Promise<string | undefined> =>
  (await sendBytes(service.url, requestBytes('GET', '/zq7', sent))).headers['x-request-id'];

beforeAll(async () => {
  service = await startService(sandboxVariables('http://127.0.0.1:9'));
});

afterAll(() => service.close());

describe('X-Request-Id', () => {
  it.each([
    'order-42',
    'a',
    'x'.repeat(128),
    'trace:1.2_3',
    '8e1f7a#12',
    'Root=1-67891233-abcdef012345678912345678;Sampled=1',
    'Zm9v/YmFy+8=',
  ])('%s is answered and logged as it is (E23)', async (id) => {
    expect(await idOf({ 'X-Request-Id': id })).toBe(id);
    expect(service.log).toContainEqual(expect.objectContaining({ requestId: id, status: 404 }));
  });

  it.each([
    ['none', {}],
    ['an empty one', { 'X-Request-Id': '' }],
    ['10 kB', { 'X-Request-Id': 'zq7'.repeat(3400) }],
    ['129 characters', { 'X-Request-Id': 'x'.repeat(129) }],
    ['a tab', { 'X-Request-Id': 'zq7\tzq7' }],
    ['an escape sequence beyond ASCII', { 'X-Request-Id': 'zq7\u009b31m' }],
    ['JSON', { 'X-Request-Id': '{"zq7":"zq7"}' }],
    ['spaces', { 'X-Request-Id': 'zq7 zq7' }],
    ['two of them', { 'X-Request-Id': 'zq7', 'x-request-id': 'zq7' }],
  ])('%s is replaced by a new one', async (_case, headers) => {
    const id = await idOf(headers);
    expect(id).toMatch(UUID);
    expect(service.log).toContainEqual(expect.objectContaining({ requestId: id, status: 404 }));
  });

  it.each([
    ['as it is', '{"id":"8"}', '{"id":"8"}'],
    ['cut to 128 characters', 'x'.repeat(129), 'x'.repeat(128)],
    ['without spaces and tabs', 'a b\tc', 'a%20b%09c'],
    ['without escape sequences', 'a\u009b31m', 'a%C3%82%C2%9B31m'],
  ])('that is replaced is in the log, %s (E23)', async (_how, given, logged) => {
    const id = await idOf({ 'X-Request-Id': given });
    expect(service.log).toContainEqual(expect.objectContaining({ requestId: id, replacedRequestId: logged }));
  });
});
