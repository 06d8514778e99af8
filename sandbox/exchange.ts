import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Answer } from './answer.ts';
import type { Api } from './api.ts';
import { type Call, readCall } from './call.ts';
import { alterAnswer } from './faults/alter-answer.ts';
import { deliver } from './faults/delivery.ts';
import { isAnswerFault } from './faults/fault.ts';
import type { Faults } from './faults/faults.ts';
import type { Traffic } from './traffic.ts';

interface ExchangeParts {
  readonly apiFor: (path: string) => Api;
  /** Undefined for a call that is not meant for the sandbox itself. */
  readonly control: (call: Call) => Answer | undefined;
  readonly faults: Faults;
  readonly traffic: Traffic;
}

/**
 * Serves one request from its arrival to the last byte: decide, record, alter, deliver.
 * @throws any defect of the sandbox itself; it stays unhandled so that it is seen. A caller who leaves causes no error.
 */
export async function exchange(
  parts: ExchangeParts,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const left = leaving(response);
  try {
    const call = await readCall(request);
    if (!call) return;
    const answer = parts.control(call);
    if (answer) await deliver({ response, answer, hit: undefined, left, onHead: () => undefined });
    else await serve(parts, call, response, left);
  } catch (error) {
    if (!left.aborted && !response.destroyed && !isWriteToNobody(error)) throw error;
  }
}

async function serve(parts: ExchangeParts, call: Call, response: ServerResponse, left: AbortSignal): Promise<void> {
  const api = parts.apiFor(call.path);
  const decision = api.decide(call);
  const entry = parts.traffic.arrived(call, decision.source, decision.outcome);
  const hit = parts.faults.take(decision.source, decision.outcome === 'accepted');
  const fault = hit?.fault;
  const altered = fault && isAnswerFault(fault) ? alterAnswer(decision.answer, fault, api.documented) : undefined;
  const cutByUs = fault?.kind === 'reset' || fault?.kind === 'reset-mid-body';
  const onEnd = (): void => {
    entry.ended(!cutByUs && !response.writableFinished);
  };
  if (left.aborted) {
    onEnd();
    return;
  }
  left.addEventListener('abort', onEnd);

  const answer = altered ?? decision.answer;
  await deliver({
    response,
    answer,
    hit,
    left,
    onHead: () => {
      decision.onAnswered?.(answer);
      entry.answered(answer.status);
    },
  });
}

/** The caller has left, and the event that says so is still to come. */
const isWriteToNobody = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === 'EPIPE' || error.code === 'ECONNRESET');

/** Aborted when the exchange is over: all was sent, or the caller has left. */
function leaving(response: ServerResponse): AbortSignal {
  const controller = new AbortController();
  response.once('close', () => {
    controller.abort('the exchange is over'); // Without a reason Node makes an exception for each.
  });
  return controller.signal;
}
