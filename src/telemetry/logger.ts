import { type DestinationStream, type LogFn, type Logger, type LoggerOptions, pino, stdTimeFunctions } from 'pino';

/** Injection token of the one pino logger. */
export const LOGGER = Symbol('logger');

/**
 * The fields a log line may have. Anything else is dropped and named under `droppedFields`, so a secret or a customer's
 * data cannot reach the log by being passed along.
 */
const ALLOWED_FIELDS: ReadonlySet<string> = new Set([
  'address', 'attempt', 'attempts', 'cache', 'caller', 'code', 'complete', 'context', 'delayMs', 'detail', 'durationMs',
  'err', 'errorCode', 'event', 'method', 'mode', 'nodeVersion', 'operation', 'organisation', 'port', 'reason', 'redis',
  'requestId', 'route', 'signal', 'source', 'state', 'status', 'upstream', 'upstreamRequestId', 'version', 'waitMs',
]); // prettier-ignore

/** JSON lines on standard output, or on `destination`. */
export function createLogger(level: string, destination?: DestinationStream): Logger {
  const options: LoggerOptions = {
    level,
    timestamp: stdTimeFunctions.isoTime,
    base: { service: 'customer-profiles' },
    formatters: { level: (label) => ({ level: label }), log: allowed },
    serializers: { err: errorWithoutMessage },
    hooks: { logMethod: withMessage },
  };
  return destination ? pino(options, destination) : pino(options);
}

function allowed(fields: Record<string, unknown>): Record<string, unknown> {
  const kept: Record<string, unknown> = {};
  const dropped: string[] = [];
  for (const [name, value] of Object.entries(fields)) {
    if (ALLOWED_FIELDS.has(name)) kept[name] = value;
    else dropped.push(name);
  }
  return dropped.length === 0 ? kept : { ...kept, droppedFields: dropped };
}

/** pino takes the message of an error for that of the line when it is given none; it is given one here. */
function withMessage(this: Logger, args: Parameters<LogFn>, log: LogFn): void {
  const [first, ...rest] = args as [unknown, ...unknown[]];
  const fields = first instanceof Error ? { err: first } : first;
  const message = typeof fields === 'object' && rest.length === 0 ? ['no message'] : rest;
  Reflect.apply(log, this, [fields, ...message]);
}

/** Type, code and stack frames. A message may quote what failed to parse, so it stays out. */
function errorWithoutMessage(error: unknown): unknown {
  if (!(error instanceof Error)) return undefined;
  const { name, message, stack = '' } = error;
  const frames = stack.slice(Math.max(0, stack.indexOf(message)) + message.length).split('\n');
  return {
    type: plain(name),
    code: 'code' in error ? plain(error.code) : undefined,
    stack: frames.filter((line) => line.startsWith('    at ')).map((line) => line.trim()),
  };
}

/** A name or code as it is when it looks like one. */
function plain(value: unknown): unknown {
  return typeof value === 'number' || (typeof value === 'string' && /^[\w.:-]{1,64}$/.test(value)) ? value : undefined;
}
