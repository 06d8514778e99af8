import { describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { type ServerResponse } from 'node:http';
import { CutOff } from '../../client/src/index.ts';
import { linesOf } from '../../client/src/lines.ts';
import { allOf, clientAt, stoppedClock } from './clients.ts';
import { type ScriptedServer, scriptedServer } from './scripted-server.ts';

const LINE = '{"customerId":"1000000001","billingCustomerId":"3fa85f64-5717-4562-b3fc-2c963f66afa6"}\n';
const clock = stoppedClock();

/** A server whose one answer a test writes itself, once the request has come. */
async function writtenByHand(): Promise<{ server: ScriptedServer; response: Promise<ServerResponse> }> {
  const { promise, resolve } = Promise.withResolvers<ServerResponse>();
  return { server: await scriptedServer(resolve), response: promise };
}

describe('a stream', () => {
  it('may come in any pieces', async () => {
    const bytes = Buffer.from('{"customerId":"1000é€"}\n\n{"exported":1}\n');
    const pieces = ReadableStream.from(Array.from(bytes, (byte) => Uint8Array.of(byte)));
    expect(await allOf(linesOf(new Response(pieces)))).toEqual([{ customerId: '1000é€' }, { exported: 1 }]);
  });

  it('may take longer than the call had to begin', async () => {
    const { server, response } = await writtenByHand();
    const lines = clientAt({ url: server.url, clock }).links.export({ timeoutMs: 1000 });
    void response.then((it) => it.write(LINE));
    expect(await lines.next()).toMatchObject({ value: { customerId: '1000000001' } });
    clock.advance(10_000);
    (await response).end('{"exported":1}\n');
    expect(await lines.next()).toEqual({ done: true, value: undefined });
    await server.close();
  });

  it('that does not begin in time is given up', async () => {
    const server = await scriptedServer();
    const read = expect(allOf(clientAt({ url: server.url, clock }).links.export())).rejects.toThrow('5000 ms');
    await server.until(1);
    clock.advance(5000);
    await read;
    await server.close();
  });

  it('ends with the signal of the caller', async () => {
    const { server, response } = await writtenByHand();
    const leaving = new AbortController();
    const lines = clientAt({ url: server.url, clock }).links.export({ signal: leaving.signal });
    void response.then((it) => it.write(LINE));
    await lines.next();
    leaving.abort(new Error('no longer wanted'));
    await expect(lines.next()).rejects.toThrow('no longer wanted');
    await server.close();
  });

  it('is closed when its reader leaves', async () => {
    const { server, response } = await writtenByHand();
    const closed = response.then((it) => once(it, 'close'));
    void response.then((it) => it.write(LINE));
    for await (const { customerId } of clientAt({ url: server.url, clock }).links.export()) {
      expect(customerId).toBe('1000000001');
      break;
    }
    await closed;
    await server.close();
  });
});

describe('a stream that ends too soon', () => {
  it.each([
    ['in a line', `${LINE}{"exp`, false],
    ['before the last line', LINE, false],
    ['with the connection', LINE, true],
  ])('%s is not taken for whole', async (_where, body, isLost) => {
    const server = await scriptedServer((response) => {
      response.writeHead(200, isLost ? { 'content-length': '1000' } : {});
      response.write(body, () => {
        if (isLost) response.destroy();
        else response.end();
      });
    });
    const read = allOf(clientAt({ url: server.url, clock }).links.export());
    await expect(read).rejects.toBeInstanceOf(CutOff);
    await server.close();
  });

  it('is so of a report, too', async () => {
    const server = await scriptedServer({ status: 200, body: '{"line":1,"outcome":"created"}\n' });
    const { links } = clientAt({ url: server.url, clock });
    await expect(links.import([])).rejects.toBeInstanceOf(CutOff);
    await server.close();
  });
});
