import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { buildService, type BuiltService } from '../support/built-service.ts';
import { sandboxVariables } from '../support/service.ts';

let built: BuiltService;

beforeAll(() => {
  built = buildService();
});

afterAll(() => {
  built.endAll();
});

describe('node dist/main.js', () => {
  it('ends with 1 on a bad environment, naming every wrong variable and showing no value (F37)', async () => {
    const { ended, log } = built.start({
      ...sandboxVariables('http://zq7:zq7@localhost'),
      PORT: 'zq7',
      REDIS_URL: 'zq7',
      RESELLER_API_KEY: 'zq7 zq7',
      AUTH_MODE: 'api-key',
      API_KEYS: 'zq7',
    });
    const { code, stderr } = await ended;
    expect(code).toBe(1);
    expect([...stderr.matchAll(/^ {2}([A-Z_]+): /gm)].map(([, name]) => name).sort()).toEqual([
      'API_KEYS', 'BILLING_API_URL', 'PORT', 'REDIS_URL', 'RESELLER_API_KEY', 'RESELLER_API_URL', 'RESELLER_TOKEN_URL',
    ]); // prettier-ignore
    expect(stderr).toContain('docs/environment.md');
    expect(stderr).not.toContain('zq7');
    expect(log).toEqual([]);
  });

  it('only says what it would use, with --check', async () => {
    const check = [process.execPath, built.main, '--check'] as const;
    const good = built.start(sandboxVariables('http://127.0.0.1:9'), check);
    expect(await good.ended).toEqual({ code: 0, stderr: '' });
    expect(good.log).toEqual([]);
    const bad = await built.start({ ...sandboxVariables('http://127.0.0.1:9'), PORT: 'zq7' }, check).ended;
    expect(bad.code).toBe(1);
    expect(bad.stderr).toMatch(/^ {2}PORT: must/m);
  });

  it('ends with 1 on a bad organisations file', async () => {
    const { code, stderr } = await built.start({ ORGANISATIONS_FILE: '/nowhere/zq7.json' }).ended;
    expect(code).toBe(1);
    expect(stderr).toContain('ORGANISATIONS_FILE: cannot be read');
    expect(stderr).not.toContain('zq7');
  });

  it('ends with 1 on bad files, naming the variable of each', async () => {
    const files = { ORGANISATIONS_FILE: '/nowhere/zq7.json', PROFILE_POLICY_FILE: '/nowhere/zq7.json' };
    const { code, stderr } = await built.start(files).ended;
    expect(code).toBe(1);
    expect(stderr).toContain('ORGANISATIONS_FILE: cannot be read');
    expect(stderr).toContain('PROFILE_POLICY_FILE: cannot be read');
    expect(stderr).not.toContain('zq7');
  });

  it('names classes in its log as they are in the source', async () => {
    const service = built.start(sandboxVariables('http://127.0.0.1:9', { LOG_LEVEL: 'debug' }));
    await service.url;
    service.signal('SIGTERM');
    await service.ended;
    expect(service.log).toMatchObject(
      expect.arrayContaining(
        [
          { context: 'InstanceLoader', msg: 'AppModule dependencies initialized' },
          { context: 'InstanceLoader', msg: 'CustomerProfilesModule dependencies initialized' },
          { context: 'RoutesResolver', msg: expect.stringMatching(/^CustomerProfilesController \{/) },
        ].map((line) => expect.objectContaining(line)),
      ),
    );
  });

  it('does not load Node’s web client, which nothing uses', async () => {
    const said =
      'process.on("exit",()=>process.stderr.write(process.moduleLoadList.filter((one)=>/undici/.test(one)).join()))';
    const command = [process.execPath, '--import', `data:text/javascript,${said}`, built.main] as const;
    const service = built.start(sandboxVariables('http://127.0.0.1:9'), command);
    await service.url;
    service.signal('SIGTERM');
    expect(await service.ended).toEqual({ code: 0, stderr: '' });
  });

  it('says in one line which Node it needs, on an older one', async () => {
    const older = 'Object.defineProperty(process,"versions",{value:{...process.versions,node:"22.20.0"}})';
    const command = [process.execPath, '--import', `data:text/javascript,${older}`, built.main] as const;
    const { code, stderr } = await built.start(sandboxVariables('http://127.0.0.1:9'), command).ended;
    expect(code).toBe(1);
    expect(stderr).toMatch(/^This service needs Node 24\.9 or newer\. Found v[^\n]*\n$/);
  });

  it('ends with 1 and one line when its port is taken (A15)', async () => {
    const first = built.start(sandboxVariables('http://127.0.0.1:9'));
    const port = new URL(await first.url).port;
    const { ended, log } = built.start(sandboxVariables('http://127.0.0.1:9', { PORT: port, LOG_LEVEL: 'warn' }));
    const { code, stderr } = await ended;
    first.signal('SIGTERM');
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
    expect(log.filter(({ level }) => level === 'fatal')).toMatchObject([
      { event: 'listen_failed', errorCode: 'EADDRINUSE', host: '127.0.0.1', port: Number(port) },
    ]);
    expect((await first.ended).code).toBe(0);
  });

  it('names a variable that looks like one of ours, with the nearest one, and not its value (A12)', async () => {
    const service = built.start(sandboxVariables('http://127.0.0.1:9', { CACHE_FRESH_SECOND: 'zq7' }));
    await service.url;
    service.signal('SIGTERM');
    await service.ended;
    expect(service.log.filter(({ event }) => event === 'unknown_variable')).toMatchObject([
      { level: 'warn', msg: 'CACHE_FRESH_SECOND: no variable of this service; did you mean CACHE_FRESH_SECONDS?' },
    ]);
    expect(JSON.stringify(service.log)).not.toContain('zq7');
  });

  it('says in its first line whether Redis is connected (A16)', async () => {
    const service = built.start(sandboxVariables('http://127.0.0.1:9', { REDIS_URL: 'redis://127.0.0.1:9' }));
    await service.url;
    service.signal('SIGTERM');
    await service.ended;
    expect(service.log.find(({ event }) => event === 'ready')).toMatchObject({ redis: 'not_connected' });
  });
});
