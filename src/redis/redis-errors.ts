import { ReplyError } from 'ioredis';

/**
 * Redis gave no usable answer: it is not connected, was too slow, was not asked because its breaker is open, or sent an
 * unreadable answer.
 */
export class RedisUnavailable extends Error {
  override readonly name = 'RedisUnavailable';
}

/** Error replies of a Redis that cannot answer at all now. Every other error reply, such as OOM or NOPERM, is an answer. */
const DOWN_REPLY = /^(LOADING|CLUSTERDOWN|MASTERDOWN|TRYAGAIN)\b/;

/** The client's own failures have no class, only these names and texts. */
const LOST_NAME = /^(AbortError|ClusterAllFailedError|MaxRetriesPerRequestError|ParserError)$/;
const LOST_TEXT =
  /^(Connection is closed|Stream isn't writeable|Command timed out|Cluster isn't ready|Too many Cluster redirections)/;

/** Whether Redis itself answered with this error. */
export function isReply(error: unknown): error is Error {
  return error instanceof (ReplyError as new () => Error);
}

/** The answer, or `otherwise` when it is an error reply. @throws any other error of the answer */
export async function unlessRefused<T>(answer: Promise<T>, otherwise: T): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    if (isReply(error)) return otherwise;
    throw error;
  }
}

/** Whether a command failed because there was no connection or the connection was lost. */
export function isConnectionLoss(error: unknown): boolean {
  if (typeof error !== 'object' || error === null || isReply(error)) return false;
  const { name, message, code } = error as Readonly<Record<string, unknown>>;
  const isOfASocket = typeof code === 'string' && /^E[A-Z]+$/.test(code);
  return isOfASocket || LOST_NAME.test(String(name)) || LOST_TEXT.test(String(message));
}

/** Redis 6 wraps the reply of a command that failed in a script. */
const IN_SCRIPT = /^ERR Error running script\b.*? -([A-Z]+) /s;

/** The first word of an error reply, such as `OOM`; it holds no key and no value. */
export function replyCode({ message }: Error): string {
  return IN_SCRIPT.exec(message)?.[1] ?? /^[A-Z]{1,20}\b/.exec(message)?.[0] ?? 'ERR';
}

/**
 * The word for a failure in a log line: the code of an error reply or of a socket, else the error's name. It contains no
 * key and no value.
 */
export function errorCode(error: unknown): string {
  if (isReply(error)) return replyCode(error);
  if (!(error instanceof Error)) return 'unknown';
  const { code } = error as NodeJS.ErrnoException;
  if (typeof code === 'string') return code;
  return CLIENT_ERRORS.find(([message]) => message.test(error.message))?.[1] ?? error.name;
}

/** Errors of the client that have no code, and the code of their kind. */
const CLIENT_ERRORS = [
  [/^Socket timeout\b/, 'ETIMEDOUT'],
  [/^Unknown RESP type\b/, 'EPROTO'],
] as const;

/** Whether the key is at another node of the cluster. */
export const isMoved = (error: Error): boolean => error.message.startsWith('MOVED ');

/** Whether the reply says that the server lacks the command, or forbids it to everybody. */
export function isUnsupported(message: string): boolean {
  return /\b(unknown (redis )?(sub)?command|(not|un)\W?(supported|allowed|available)|disabled)/i.test(message);
}

/** Whether a key has another type than the command expects. This service has not written such a key. */
export const isOtherType = (error: unknown): boolean => isReply(error) && replyCode(error) === 'WRONGTYPE';

/** Error replies about one key or one transaction, and those that the client follows. */
const OF_ONE_COMMAND = /^(WRONGTYPE|EXECABORT|NOSCRIPT|ASK|TRYAGAIN|BUSYGROUP|BUSYKEY)$/;

/** Whether the reason of a refusal will affect the next such command, too, until an operator corrects it. */
export function isLastingRefusal(error: Error): boolean {
  const code = replyCode(error);
  return code === 'ERR' ? isUnsupported(error.message) : !OF_ONE_COMMAND.test(code);
}

/** Whether Redis failed to do what it was asked: it gave no usable answer, or an error reply. */
export function isRedisFailure(error: unknown): boolean {
  return error instanceof RedisUnavailable || isReply(error);
}

/** Whether Redis cannot answer at all now. Any other failure of a command says nothing about the next one. */
export function isRedisDown(error: unknown): boolean {
  return isReply(error) ? DOWN_REPLY.test(error.message) : isConnectionLoss(error);
}
