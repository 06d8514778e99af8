import { type Redis } from 'ioredis';
import { isReply, replyCode } from '../redis-errors.ts';

/** The step of a handshake that Redis refuses: `auth`, `select`, `client` (its name), `tls`, or `cluster` (its slots). */
export interface HandshakeRefusal {
  readonly step: string;
  /** The first word of the reply, or the code of the TLS alert. */
  readonly reply: string;
}

const refusals = new WeakMap<Redis, HandshakeRefusal | null>();

/**
 * Notes which step of each handshake the server refuses. The client itself continues after a refused SELECT, and after a
 * login that the server does not need. A connection works without a name. Call it before the connection is opened.
 */
export function watchHandshake(redis: Redis): void {
  refusals.set(redis, null);
  redis.on('connecting', () => refusals.set(redis, null));
  const send = redis.sendCommand.bind(redis);
  redis.sendCommand = (command, stream) => {
    // In this state the client sends only the handshake.
    if (redis.status === 'connect')
      void command.promise.catch((error: unknown) => {
        if (!isReply(error) || isNameAlone(command.name, error)) return;
        if (!refusals.get(redis)) refusals.set(redis, { step: command.name, reply: replyCode(error) });
        // The client recognises some refusals of a login by their text, writes them to the console and continues.
        if (command.name === 'auth') error.message = `${replyCode(error)} the login is refused`;
      });
    return send(command, stream);
  };
}

/** The name only tells operators whose connection it is. Without a password it is the first refused command. */
const isNameAlone = (step: string, error: Error): boolean => step === 'client' && replyCode(error) !== 'NOAUTH';

/** The first refused step of the last handshake; null: none. */
export function handshakeRefusal(redis: Redis): HandshakeRefusal | null {
  return refusals.get(redis) ?? null;
}

/** The refusal of the server, when that is why there is no connection; null: it is unreachable, or not trusted. */
export function refusalOf(error: unknown): HandshakeRefusal | null {
  if (isReply(error)) return { step: commandOf(error), reply: replyCode(error) };
  const { code, lastNodeError } = error as NodeJS.ErrnoException & { readonly lastNodeError?: unknown };
  if (isReply(lastNodeError)) return refusalOf(lastNodeError);
  const alert = (lastNodeError as NodeJS.ErrnoException | undefined)?.code ?? code ?? '';
  return /^ERR_SSL_\w*ALERT\w*$/.test(alert) ? { step: 'tls', reply: alert } : null;
}

const commandOf = (error: Error): string =>
  (error as Error & { readonly command?: { readonly name: string } }).command?.name ?? 'unknown';
