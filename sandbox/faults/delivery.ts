import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { createGzip } from 'node:zlib';
import type { Answer, Padding } from '../answer.ts';
import { isAnswerFault } from './fault.ts';
import type { Hit } from './faults.ts';

const PADDING_CHUNK = Buffer.alloc(65_536, 'x');

interface Delivery {
  readonly response: ServerResponse;
  readonly answer: Answer;
  readonly hit: Hit | undefined;
  /** Aborted when the caller has left. */
  readonly left: AbortSignal;
  /** Called as the headers go out. */
  readonly onHead: () => void;
}

/**
 * Sends an answer, well or, under a fault, badly. Resolves when nothing more will be sent.
 * @throws AbortError or a stream error when the caller leaves in the middle
 */
export async function deliver(delivery: Delivery): Promise<void> {
  const { response, hit, left } = delivery;
  const fault = hit && !isAnswerFault(hit.fault) ? hit.fault : undefined;
  switch (fault?.kind) {
    case undefined:
      return sendAll(delivery);
    case 'delay':
      await wait(fault.delayMs, undefined, { signal: left });
      return sendAll(delivery);
    case 'hold':
      await hit?.cleared(left);
      return left.aborted ? undefined : sendAll(delivery);
    case 'hang':
      return;
    case 'reset':
      response.socket?.resetAndDestroy();
      return;
    case 'reset-mid-body': {
      const body = sendHead(delivery);
      await sent(response, body.subarray(0, body.length >> 1));
      response.socket?.resetAndDestroy();
      return;
    }
    case 'stall':
      return sent(response, sendHead(delivery).subarray(0, 1));
    case 'drip':
      return drip(delivery, fault.intervalMs);
  }
}

async function sendAll(delivery: Delivery): Promise<void> {
  const { response, answer } = delivery;
  const { body } = answer;
  if (typeof body === 'string') response.end(sendHead(delivery));
  else await sendPadding(delivery, body);
}

async function sendPadding(delivery: Delivery, padding: Padding): Promise<void> {
  const { response } = delivery;
  if (padding.gzip) response.setHeader('Content-Encoding', 'gzip');
  sendHead(delivery);
  const body = Readable.from(paddedJson(padding.bytes));
  await (padding.gzip ? pipeline(body, createGzip(), response) : pipeline(body, response));
}

async function drip(delivery: Delivery, intervalMs: number): Promise<void> {
  for (const byte of sendHead(delivery)) {
    await sent(delivery.response, Buffer.of(byte));
    await wait(intervalMs, undefined, { signal: delivery.left });
  }
  delivery.response.end();
}

/** Announces the answer whole, whatever becomes of it. @returns the body; of a padded one its opening only */
function sendHead({ response, answer, onHead }: Delivery): Buffer {
  const { body } = answer;
  const bytes = typeof body === 'string' ? Buffer.from(body) : Buffer.from('{"padding":"');
  response.statusCode = answer.status;
  for (const [name, value] of Object.entries(answer.headers)) response.setHeader(name, value);
  if (typeof body === 'string') response.setHeader('Content-Length', bytes.length);
  onHead();
  return bytes;
}

function sent(response: ServerResponse, bytes: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    response.write(bytes, (error) => {
      if (error) reject(error);
      else resolve();
    });
  });
}

function* paddedJson(bytes: number): Generator<Buffer> {
  const opening = Buffer.from('{"padding":"');
  const closing = Buffer.from('"}');
  yield opening;
  for (let left = bytes - opening.length - closing.length; left > 0; left -= PADDING_CHUNK.length) {
    yield PADDING_CHUNK.subarray(0, Math.min(left, PADDING_CHUNK.length));
  }
  yield closing;
}
