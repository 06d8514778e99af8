import { type DestinationStream, type LogFn, type Logger, type LoggerOptions, pino } from 'pino';
import { type Clock } from '../config/clock.ts';
import { isoInstant } from '../config/iso-dates.ts';
import { SERVICE_NAME } from '../config/service-name.ts';
import { TraceScope } from './traces/trace-scope.ts';

/** Injection token of the one pino logger. */
export const LOGGER = Symbol('logger');

/**
 * The fields a log line may have. The logger drops all others and names them in `droppedFields`, so code that passes an
 * object along cannot log a secret or a customer's data.
 */
const ALLOWED_FIELDS: ReadonlySet<string> = new Set([
  'address', 'attempt', 'attempts', 'cache', 'cacheDemand', 'caller', 'code', 'complete', 'context', 'delayMs', 'detail', 'durationMs',
  'err', 'errorCode', 'event', 'host', 'lines', 'managementPort', 'method', 'mode', 'nodeVersion', 'operation', 'organisation', 'port', 'reason', 'redis',
  'replacedRequestId', 'requestId', 'route', 'signal', 'source', 'spanId', 'spans', 'state', 'status', 'traceId', 'upstream', 'upstreamRequestId', 'version', 'waitMs',
]); // prettier-ignore

/** Writes JSON lines to `destination`. */
export function createLogger(level: string, clock: Clock, destination: DestinationStream): Logger {
  const options: LoggerOptions = {
    level,
    timestamp: isoTime(clock),
    base: { service: SERVICE_NAME },
    formatters: { level: (label) => ({ level: label }), log: allowed },
    serializers: { err: errorWithoutMessage },
    mixin: () => TraceScope.current()?.fields ?? {},
    hooks: { logMethod: withMessage },
  };
  return pino(options, destination);
}

/**
 * Writes the line that `log[level](fields, message)` would write of plain values, at a fraction of its cost. The fields may come in
 * several objects, which need not be copied into one, and those of the trace as text.
 */
export function lineWriter(
  log: Logger,
  clock: Clock,
  message: string,
): (level: 'debug' | 'info', trace: TraceScope | null, ...fields: readonly (LineFields | null | undefined)[]) => void {
  const { [pino.symbols.streamSym]: output } = log as unknown as Record<symbol, DestinationStream>;
  const time = isoTime(clock);
  const end = `,"msg":${JSON.stringify(message)}}\n`;
  return (level, trace, ...fields) => {
    if (!log.isLevelEnabled(level)) return;
    let line = `{"level":"${level}"${time()},"service":"${SERVICE_NAME}"${trace?.members ?? ''}`;
    const droppedFields: string[] = [];
    for (const some of fields)
      for (const name in some) {
        const value = some[name];
        if (!ALLOWED_FIELDS.has(name)) droppedFields.push(name);
        else if (value !== undefined) line += `,"${name}":${typeof value === 'number' ? value : JSON.stringify(value)}`;
      }
    if (droppedFields.length > 0) line += `,"droppedFields":${JSON.stringify(droppedFields)}`;
    output?.write(line + end);
  };
}

type LineFields = Readonly<Record<string, string | number | boolean | undefined>>;

/** The time as ISO 8601, formatted at most once a millisecond. */
function isoTime(clock: Clock): () => string {
  let at = 0;
  let text = '';
  return () => {
    const now = clock.timeOfDay();
    if (now !== at) text = `,"time":"${isoInstant(now)}"`;
    at = now;
    return text;
  };
}

function allowed(fields: Record<string, unknown>): Record<string, unknown> {
  for (const name in fields) if (!ALLOWED_FIELDS.has(name)) return withoutOthers(fields);
  return fields;
}

function withoutOthers(fields: Record<string, unknown>): Record<string, unknown> {
  const [kept, dropped] = [Object.entries(fields), Object.keys(fields)];
  return {
    ...Object.fromEntries(kept.filter(([name]) => ALLOWED_FIELDS.has(name))),
    droppedFields: dropped.filter((name) => !ALLOWED_FIELDS.has(name)),
  };
}

/** Without an explicit message pino uses `err.message`, which may quote input; this passes one. */
function withMessage(this: Logger, args: Parameters<LogFn>, log: LogFn): void {
  if (args.length > 1 && !(args[0] instanceof Error)) {
    log.apply(this, args);
    return;
  }
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

/** The value, if it looks like a name or a code; otherwise undefined. */
function plain(value: unknown): unknown {
  return typeof value === 'number' || (typeof value === 'string' && /^[\w.:-]{1,64}$/.test(value)) ? value : undefined;
}
