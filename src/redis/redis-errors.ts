import { ReplyError } from 'ioredis';

/** Redis gave no answer: it is not connected, was too slow, or is known to be sick and was not asked. */
export class RedisUnavailable extends Error {
  override readonly name = 'RedisUnavailable';
}

/** Error replies that say that Redis cannot answer anybody now. Every other one is an answer, such as OOM or NOPERM. */
const SICK_REPLY = /^(LOADING|CLUSTERDOWN|MASTERDOWN|TRYAGAIN)\b/;

/** The client's own failures are told apart by these alone. */
const LOST_NAME = /^(AbortError|ClusterAllFailedError|MaxRetriesPerRequestError|ParserError)$/;
const LOST_TEXT =
  /^(Connection is closed|Stream isn't writeable|Command timed out|Cluster isn't ready|Too many Cluster redirections)/;

/** Whether this is an error that Redis itself has answered. */
export function isReply(error: unknown): error is Error {
  return error instanceof (ReplyError as new () => Error);
}

/** Whether a command failed because its connection was not there, or was lost. */
export function isConnectionLoss(error: unknown): boolean {
  if (typeof error !== 'object' || error === null || isReply(error)) return false;
  const { name, message, code } = error as Readonly<Record<string, unknown>>;
  const isOfASocket = typeof code === 'string' && /^E[A-Z]+$/.test(code);
  return isOfASocket || LOST_NAME.test(String(name)) || LOST_TEXT.test(String(message));
}

/** Whether Redis cannot answer anybody now. What else goes wrong with one command says nothing about the next. */
export function isSickness(error: unknown): boolean {
  return isReply(error) ? SICK_REPLY.test(error.message) : isConnectionLoss(error);
}
