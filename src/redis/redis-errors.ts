import { ReplyError } from 'ioredis';

/**
 * Redis gave no answer that can be used: it is not connected, was too slow, was not asked because its breaker is open, or sent
 * what cannot be read.
 */
export class RedisUnavailable extends Error {
  override readonly name = 'RedisUnavailable';
}

/** Error replies of a Redis that cannot answer at all now. Every other one is an answer, such as OOM or NOPERM. */
const DOWN_REPLY = /^(LOADING|CLUSTERDOWN|MASTERDOWN|TRYAGAIN)\b/;

/** The client gives its own failures no class, only these names and texts. */
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

/** Whether a command failed because there was no connection, or because it was lost. */
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

/** The word for a failure in a log line: the code of an error reply or of a socket, else the error's name. No key, no value. */
export function errorCode(error: unknown): string {
  if (isReply(error)) return replyCode(error);
  if (!(error instanceof Error)) return 'unknown';
  const { code } = error as NodeJS.ErrnoException;
  return typeof code === 'string' ? code : error.name;
}

/** Whether the key is at another node of the cluster. */
export const isMoved = (error: Error): boolean => error.message.startsWith('MOVED ');

/** Whether the reply says that the server has no such command, or does not let anybody use it. */
export function isUnsupported(message: string): boolean {
  return /\b(unknown (redis )?(sub)?command|(not|un)\W?(supported|allowed|available)|disabled)/i.test(message);
}

/** Whether a key holds another type than the command is for. This service has not written it. */
export const isOtherType = (error: unknown): boolean => isReply(error) && replyCode(error) === 'WRONGTYPE';

/** Error replies about one key or one transaction, and those that the client follows. */
const OF_ONE_COMMAND = /^(WRONGTYPE|EXECABORT|NOSCRIPT|ASK|TRYAGAIN|BUSYGROUP|BUSYKEY)$/;

/** Whether Redis refused for a reason that the next such command meets as well, until an operator corrects it. */
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
