import { describe, expect, it } from '@jest/globals';
import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { replacedIdOf, requestIdOf } from '../../src/telemetry/request-id.ts';

function requestWith(id: string | undefined): IncomingMessage {
  const request = new IncomingMessage(new Socket());
  if (id !== undefined) request.headers['x-request-id'] = id;
  return request;
}

const UUID = /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[\da-f]{4}-[\da-f]{12}$/;

describe('X-Request-Id', () => {
  it.each(['8e1f7a#12', 'Root=1-67891233-abcdef', 'a.b:c;d=e#f/g+h~i-j_k', 'x', 'x'.repeat(128)])(
    '%s is used as it is',
    (given) => {
      const request = requestWith(given);
      expect(requestIdOf(request)).toBe(given);
      expect(replacedIdOf(request, given)).toBeUndefined();
    },
  );

  it.each([
    ['a b', 'a%20b'],
    ['"a"', '"a"'],
    ['x!\u007f', 'x!%7F'],
    ['\u001b[31m', '%1B[31m'],
    ['é', '%C3%A9'],
    ['x'.repeat(129), 'x'.repeat(128)],
  ])('%j is replaced, and logged as %j', (given, logged) => {
    const request = requestWith(given);
    const id = requestIdOf(request);
    expect(id).toMatch(UUID);
    expect(replacedIdOf(request, id)).toBe(logged);
  });

  it.each([undefined, ''])('that is %j is given by us, and nothing is replaced', (given) => {
    const request = requestWith(given);
    const id = requestIdOf(request);
    expect(id).toMatch(UUID);
    expect(requestIdOf(request)).not.toBe(id);
    expect(replacedIdOf(request, id)).toBeUndefined();
  });
});
