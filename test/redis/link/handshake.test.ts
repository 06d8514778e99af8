import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type LocalRedis, startRedis } from '../../../sandbox/redis/local-redis.ts';
import { openStage, type Stage } from '../../profile-cache/stage.ts';
import { eventually } from '../../support/eventually.ts';
import { countOf } from '../../support/exposition.ts';
import { rawRedis } from '../../support/raw-redis.ts';
import { sandboxVariables, type Service, startService } from '../../support/service.ts';
import { NO_COPIES, readProfile, usesRedis } from '../load.ts';
import { withoutBinary } from '../parts.ts';

interface Report {
  readonly state: string;
  readonly errorCode: string | null;
  readonly refusals: readonly {
    readonly reply: string;
    readonly operations: readonly string[];
    readonly since: string;
  }[];
}

const FEW = ['few', 'on', '>pw', '~*', '&*', '+@all'];
const NEEDS_PASSWORD: readonly string[] = [];

(withoutBinary === null ? describe : describe.skip)(`what Redis refuses of a handshake${withoutBinary ?? ''}`, () => {
  let stage: Stage;
  let redis: LocalRedis | undefined;
  let service: Service | undefined;

  beforeAll(async () => {
    stage = await openStage();
  });

  afterEach(async () => {
    await service?.close();
    await redis?.kill();
  });

  afterAll(() => stage.close());

  const start = async (url: string): Promise<Service> => {
    service = await startService(sandboxVariables(stage.sandbox.url, { ...NO_COPIES, REDIS_URL: url }));
    return service;
  };
  const report = async ({ http }: Service): Promise<Report> =>
    (await http.get('/health/dependencies').expect(200)).body.redis as Report;
  const events = ({ log }: Service, name: string): readonly Record<string, unknown>[] =>
    log.filter(({ event }) => event === name);
  const ask = async (login: string, name: string, ...args: readonly string[]): Promise<unknown> => {
    const raw = rawRedis(`redis://${login}127.0.0.1:${redis?.port ?? 0}`);
    const answer: unknown = await raw.call(name, ...args);
    raw.disconnect();
    return answer;
  };

  it.each<[string, readonly string[], string, string, string, string]>([
    ['a database that it does not have', [], '', '/99', 'select', 'ERR'],
    ['SELECT, as it does not know it', ['--rename-command', 'SELECT', ''], '', '/1', 'select', 'ERR'],
    ['SELECT, as this user may not', ['--user', ...FEW, '-select'], 'few:pw@', '/1', 'select', 'NOPERM'],
    ['a database, as it is of a cluster', ['--cluster-enabled', 'yes'], '', '/1', 'select', 'ERR'],
    ['a password', NEEDS_PASSWORD, ':wrong@', '', 'auth', 'WRONGPASS'],
    ['a user', ['--user', ...FEW], 'other:pw@', '', 'auth', 'WRONGPASS'],
    ['a password that it has no use for', [], ':any@', '', 'auth', 'ERR'],
    ['a connection without a password', NEEDS_PASSWORD, '', '', 'client', 'NOAUTH'],
  ])('is told, and Redis is not used: %s (C2, E13)', async (_title, args, login, database, step, reply) => {
    const needsPassword = args === NEEDS_PASSWORD;
    redis = await startRedis({ args });
    if (needsPassword) await ask('', 'CONFIG', 'SET', 'requirepass', 'right');
    const refusing = await start(`redis://${login}127.0.0.1:${redis.port}${database}`);
    await eventually('it is told', async () => (await report(refusing)).state === 'refused');
    expect(await report(refusing)).toMatchObject({
      errorCode: reply,
      refusals: [{ reply, operations: [step], since: expect.stringMatching(/^\d{4}-.*Z$/) }],
    });
    const { customerId, billingCustomerId } = stage.customer();
    await refusing.http.put(`/v1/customer-links/${customerId}`).send({ billingCustomerId }).expect(503);
    expect((await readProfile(refusing, stage.customer())).status).toBe(200);
    expect(await usesRedis(stage, refusing)).toBe(false);
    await eventually('it has been tried again', async () => (await refusals(refusing, step, reply)) > 2);
    expect(events(refusing, 'redis_refused')).toMatchObject([{ level: 'warn', operation: step, errorCode: reply }]);
    expect(events(refusing, 'redis_unreachable')).toEqual([]);
    expect(events(refusing, 'redis_reachable')).toEqual([]);
    expect(await ask(needsPassword ? ':right@' : '', 'INFO', 'keyspace')).not.toContain('keys=');
  });

  it('is no matter when it is only the name of the connection (C2)', async () => {
    redis = await startRedis({ args: ['--user', ...FEW, '-client'] });
    const nameless = await start(`redis://few:pw@127.0.0.1:${redis.port}`);
    await eventually('Redis is used', () => usesRedis(stage, nameless));
    expect(events(nameless, 'redis_refused')).toEqual([]);
  });

  it('is forgotten once Redis accepts it (C2, E13)', async () => {
    redis = await startRedis({ args: ['--user', ...FEW, '-select'] });
    const refused = await start(`redis://few:pw@127.0.0.1:${redis.port}/1`);
    await eventually('it is told', async () => (await report(refused)).state === 'refused');
    await ask('', 'ACL', 'SETUSER', 'few', '+select');
    await eventually('Redis is used', () => usesRedis(stage, refused));
    expect(await report(refused)).toMatchObject({ state: 'ready', errorCode: null, refusals: [] });
    expect(events(refused, 'redis_reachable')).toHaveLength(1);
    expect(await ask('', 'INFO', 'keyspace')).toMatch(/^(?!.*db0).*db1:keys=/s);
  });

  it('is not what the service can do without: a server that does not know INFO is used (E13)', async () => {
    redis = await startRedis({ args: ['--rename-command', 'INFO', 'SAY'], infoCommand: 'SAY' });
    const used = await start(redis.url);
    await eventually('Redis is used', () => usesRedis(stage, used));
    expect(await report(used)).toMatchObject({ state: 'ready', errorCode: null, refusals: [] });
  });

  async function refusals({ http }: Service, step: string, reply: string): Promise<number> {
    const { text } = await http.get('/metrics').expect(200);
    return countOf(text, `redis_refusals_total{db_operation_name="${step}",db_response_status_code="${reply}"}`);
  }
});
