import Type from 'typebox';
import { array, enumeration, flag, instant, orNull, type ReadonlyStatic, text } from '../openapi/json-schema.ts';
import { CIRCUIT_BREAKER_STATES } from '../resilience/circuit-breaker.ts';
import { DRIFT_KINDS } from '../upstream/drift/find-drift.ts';

export const Probe = Type.Object({ status: enumeration(['ok', 'unavailable']) });
export type Probe = ReadonlyStatic<typeof Probe>;

const RedisRefusal = Type.Object({
  reply: { ...text, description: 'The first word of the error reply, such as `OOM`, `NOPERM` or `WRONGPASS`.' },
  operations: array(text, 'The commands, or the step of the handshake: `auth`, `select`, `client`, `tls`, `cluster`.'),
  since: instant,
});

const RedisReport = Type.Object({
  configured: flag,
  state: {
    ...enumeration(['ready', 'unreachable', 'refused', 'not_configured']),
    description: '`refused`: Redis answers, but refuses a step of the handshake, so it is not used.',
  },
  errorCode: {
    ...orNull(text),
    description: 'Why Redis is not connected: a code of the socket or of TLS, or the first word of its reply.',
  },
  refusals: array(RedisRefusal, 'Refusals of Redis that last until an operator acts, as seen in traffic.'),
  mode: orNull(enumeration(['standalone', 'cluster', 'sentinel'])),
  breaker: { ...enumeration(CIRCUIT_BREAKER_STATES), description: 'In a cluster, the worst breaker of its primaries.' },
  nodesAway: array(text, 'The primaries of a cluster whose breaker is not closed, as `host:port`.'),
  subscribed: { ...flag, description: 'Whether this process receives the events of others.' },
  evictionPolicy: orNull(text),
  linksMayBeEvicted: { ...orNull(flag), description: 'Whether Redis may evict links; null: unknown.' },
  persistence: orNull(enumeration(['aof', 'rdb', 'none'])),
  missingPermissions: array(
    text,
    'Permissions that the service needs and Redis does not grant, such as `eval` or `keys customer-links:*`.',
  ),
});

const UpstreamReport = Type.Object({
  upstream: text,
  organisation: text,
  breaker: enumeration(CIRCUIT_BREAKER_STATES),
  openBreakers: array(text),
  lastAnswerAt: orNull(text),
  latencyMs: orNull(Type.Number()),
  /** Calls left in the rolling five seconds, as of the last call; null without a quota. */
  quotaLeft: orNull(Type.Number()),
});

const DriftReport = Type.Object({
  upstream: text,
  kind: enumeration(DRIFT_KINDS),
  field: text,
  count: Type.Integer(),
  firstSeenAt: instant,
});

/** null: the variable of the file is not set. */
const ReloadedFileReport = orNull(
  Type.Object({
    /** When the content in force was read. */
    loadedAt: instant,
    refused: Type.Boolean({ description: 'The file could not be used when it was last read; the log says why.' }),
  }),
);

const SweepReport = Type.Object({
  isLeader: { ...flag, description: 'Whether this process runs the sweep now.' },
  startedAt: { ...orNull(instant), description: 'When the round began; null: none has.' },
  endedAt: { ...orNull(instant), description: 'null: the round is in progress.' },
  completedAt: { ...orNull(instant), description: 'When the last complete round ended.' },
  progress: Type.Number({ description: 'The approximate share of the round that is done, from 0 to 1.' }),
  customers: Type.Object(
    { refreshed: Type.Integer(), fresh: Type.Integer(), failed: Type.Integer(), absent: Type.Integer() },
    {
      description:
        'Customers of the round: refreshed, already refreshed by others since it began, not refreshed because a source failed, and no longer cached.',
    },
  ),
});

/** The state of this process's dependencies, as seen in traffic. */
export const DependencyReport = Type.Object({
  redis: RedisReport,
  /** Only upstreams that have been called since the start. */
  upstreams: array(UpstreamReport),
  drift: array(
    DriftReport,
    'Undocumented fields, types, values and statuses of upstreams since the start, and values that could not be read; names only, never values.',
  ),
  callersFile: ReloadedFileReport,
  organisationsFile: ReloadedFileReport,
  /** The sweep of the fleet, as this process last saw it; null: there is no sweep. */
  sweep: orNull(SweepReport),
});
export type DependencyReport = ReadonlyStatic<typeof DependencyReport>;
