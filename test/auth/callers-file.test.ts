import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Sandbox, startSandbox } from '../../sandbox/server.ts';
import { CallersFile } from '../../src/auth/callers-file.ts';
import { sha256 } from '../../src/config/callers/callers.ts';
import { metric } from '../profile-cache/stage.ts';
import { eventually } from '../support/eventually.ts';
import { sandboxVariables, type Service, startService } from '../support/service.ts';

const PROFILE = '/v1/customer-profiles/9876543210';
const OLD = 'the-first-key-of-shop';
const NEW = 'the-second-key-of-shop';
const READ_INTERVAL_MS = 5000;
const NEXT_END = 'callers_file_next_key_end_timestamp_seconds';

let sandbox: Sandbox;
let service: Service;
let folder: string;
let file: string;

beforeAll(async () => {
  sandbox = await startSandbox();
});

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'callers-'));
  file = join(folder, 'callers.json');
  put({ keySha256: sha256(OLD) });
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

afterAll(() => sandbox.close());

const contentOf = (more: object): string =>
  JSON.stringify({ callers: [{ name: 'shop', rights: ['profiles:read'], ...more }] });

function put(more: object, path = file): void {
  writeFileSync(path, contentOf(more));
}

const statusOf = async (key: string): Promise<number> => (await service.http.get(PROFILE).set('x-api-key', key)).status;

/** Five seconds pass, and the file is read again. */
async function later(event: string): Promise<void> {
  const before = service.log.length;
  service.clock.advance(READ_INTERVAL_MS);
  await eventually(event, () => service.log.slice(before).some((line) => line.event === event));
}

describe('CALLERS_FILE of a service that runs', () => {
  beforeEach(async () => {
    service = await startService(sandboxVariables(sandbox.url, { AUTH_MODE: 'api-key', CALLERS_FILE: file }));
  });

  afterEach(() => service.close());

  it('knows a caller by the digest of its key, and names it in the log', async () => {
    expect(await statusOf(OLD)).toBe(200);
    expect(await statusOf(sha256(OLD))).toBe(401);
    expect(await statusOf(NEW)).toBe(401);
    expect(service.log).toContainEqual(expect.objectContaining({ caller: 'shop', status: 200 }));
  });

  it('is in force from the start, and reading the same again changes nothing', async () => {
    const loadedAt = await metric(service, 'callers_file_loaded_timestamp_seconds');
    service.clock.advance(READ_INTERVAL_MS);
    await service.app.get(CallersFile, { strict: false }).settled();
    expect(await metric(service, 'callers_file_loaded_timestamp_seconds')).toBe(loadedAt);
    expect(service.log.filter(({ event }) => event === 'callers_file_loaded')).toStrictEqual([]);
  });

  it('is read again when it changes: two keys while they rotate, then the second alone', async () => {
    put({ keys: [{ sha256: sha256(OLD) }, { sha256: sha256(NEW).toUpperCase() }] });
    await later('callers_file_loaded');
    expect([await statusOf(OLD), await statusOf(NEW)]).toEqual([200, 200]);
    put({ keySha256: sha256(NEW) });
    await later('callers_file_loaded');
    expect([await statusOf(OLD), await statusOf(NEW)]).toEqual([401, 200]);
  });

  it('is read again when the folder that it links to is swapped, as Kubernetes does it', async () => {
    const [one, other] = [join(folder, 'one'), join(folder, 'other')];
    for (const [at, key] of [[one, OLD], [other, NEW]] as const) {
      mkdirSync(at);
      put({ keySha256: sha256(key) }, join(at, 'callers.json'));
    } // prettier-ignore
    symlinkSync(one, join(folder, 'data'));
    unlinkSync(file);
    symlinkSync(join(folder, 'data', 'callers.json'), file);
    symlinkSync(other, join(folder, 'data-new'));
    renameSync(join(folder, 'data-new'), join(folder, 'data'));
    await later('callers_file_loaded');
    expect([await statusOf(OLD), await statusOf(NEW)]).toEqual([401, 200]);
  });

  it.each([
    ['made bad', '{"callers": [{"name": "zq7 zq7", "rights": ["zq7"]}]}'],
    ['no JSON any more', 'zq7'],
    ['removed', null],
  ])('changes nothing when it is %s: reported once, in log, metric and health', async (_how, content) => {
    if (content === null) unlinkSync(file);
    else writeFileSync(file, content);
    await later('callers_file_refused');
    expect(await statusOf(OLD)).toBe(200);
    expect(await metric(service, 'callers_file_failed')).toBe(1);
    const lines = service.log.filter(({ event }) => event === 'callers_file_refused');
    expect(lines).toMatchObject([{ level: 'error', detail: expect.stringMatching(/\w/) }]);
    expect(JSON.stringify(lines)).not.toContain('zq7');
    put({ keySha256: sha256(NEW) });
    await later('callers_file_loaded');
    expect(await statusOf(NEW)).toBe(200);
    expect(await metric(service, 'callers_file_failed')).toBe(0);
  });

  it('has a log line for each way in which it cannot be used: removed, then too large', async () => {
    unlinkSync(file);
    await later('callers_file_refused');
    writeFileSync(file, ' '.repeat(1_048_577));
    await later('callers_file_refused');
    const details = service.log.filter(({ event }) => event === 'callers_file_refused').map(({ detail }) => detail);
    expect(details).toEqual(['cannot be read', 'must be a file of at most 1048576 bytes']);
  });

  it('lets a key go when its time is over', async () => {
    const ends = new Date(service.clock.timeOfDay() + 60_000).toISOString();
    expect(await metric(service, NEXT_END)).toBe(Infinity);
    put({ keys: [{ sha256: sha256(OLD), notAfter: ends }] });
    await later('callers_file_loaded');
    expect(await metric(service, NEXT_END)).toBe(Date.parse(ends) / 1000);
    expect(await statusOf(OLD)).toBe(200);
    service.clock.advance(60_000);
    expect(await statusOf(OLD)).toBe(401);
  });
});

describe('CALLERS_FILE at the start', () => {
  it('ends the start when it cannot be used, naming every issue and no value', async () => {
    writeFileSync(file, contentOf({ name: 'zq7 zq7', keySha256: 'zq7' }));
    const start = startService(sandboxVariables(sandbox.url, { AUTH_MODE: 'api-key', CALLERS_FILE: file }));
    const message = await start.then(String, String);
    expect(message).toContain('CALLERS_FILE: callers[0].name must be');
    expect(message).toContain('CALLERS_FILE: callers[0].keySha256 must be');
    expect(message).not.toContain('zq7');
  });

  it('ends the start when it is a pipe or a folder', async () => {
    const pipe = join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    for (const path of [pipe, folder]) {
      const start = startService(sandboxVariables(sandbox.url, { AUTH_MODE: 'api-key', CALLERS_FILE: path }));
      await expect(start).rejects.toThrow('CALLERS_FILE: must be a file of at most 1048576 bytes');
    }
  });

  it('replaces API_KEYS and cannot be used with it', async () => {
    const both = { AUTH_MODE: 'api-key', CALLERS_FILE: file, API_KEYS: `shop:${OLD}` };
    await expect(startService(sandboxVariables(sandbox.url, both))).rejects.toThrow(/API_KEYS: must be absent/);
  });
});
