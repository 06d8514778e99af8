import { beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Logger } from 'pino';
import { createLogger, lineWriter } from '../../src/telemetry/logger.ts';
import { anyUnicode } from '../support/any-unicode.ts';
import { TestClock } from '../support/test-clock.ts';

const clock = new TestClock();
clock.stop();

let lines: string[];
let log: Logger;

beforeEach(() => {
  lines = [];
  log = createLogger('trace', clock, { write: (line) => lines.push(line) });
});

const last = (): unknown => JSON.parse(lines.at(-1) ?? '');

describe('a log line', () => {
  it('is one line of JSON with time, level and service, with any content', () => {
    log.info({ reason: 'a\nb\u2028c"\u001b[31m' }, 'first\r\nsecond');
    expect(lines).toHaveLength(1);
    expect(lines[0]?.slice(0, -1)).toMatch(/^[^\p{Cc}]*$/u);
    expect(last()).toMatchObject({ level: 'info', service: 'customer-profiles', msg: 'first\r\nsecond' });
    expect(last()).toHaveProperty('time', new Date(clock.timeOfDay()).toISOString());
  });

  it('drops a field that is not on the list, and names it', () => {
    log.warn({ requestId: 'r-1', email: 'zq7@example.org', headers: { authorization: 'zq7' } }, 'something');
    expect(last()).toMatchObject({ requestId: 'r-1', droppedFields: ['email', 'headers'] });
    expect(lines.join('')).not.toContain('zq7');
  });

  it('has an error’s type, code and frames, and none of its texts', () => {
    const cause = new Error('zq7 in the cause');
    const error = Object.assign(new TypeError('zq7\n    at zq7 (zq7:1)', { cause }), { code: 'E_X', config: 'zq7' });
    log.error({ err: error }, 'something');
    expect(last()).toMatchObject({ err: { type: 'TypeError', code: 'E_X' } });
    expect(last()).toHaveProperty(
      'err.stack',
      expect.arrayContaining([expect.stringContaining('logger.unit.test.ts')]),
    );
    expect(lines.join('')).not.toContain('zq7');
  });

  it.each([
    ['an error alone', [new Error('zq7')]],
    ['an error without a message of ours', [{ err: new Error('zq7') }]],
    ['something thrown that is no error', [{ err: 'zq7' }, 'something']],
    ['an error whose code is no code', [{ err: Object.assign(new Error(), { code: { token: 'zq7' } }) }, 'something']],
    ['an error whose name is a text', [{ err: Object.assign(new Error(), { name: 'zq7 zq7' }) }, 'something']],
  ])('holds no text of %s', (_case, args) => {
    Reflect.apply(log.error, log, args);
    expect(lines).toHaveLength(1);
    expect(lines.join('')).not.toContain('zq7');
  });
});

describe('a writer of lines', () => {
  const names = fc.constantFrom('requestId', 'method', 'status', 'complete', 'caller', 'email', 'durationMs');
  const values = fc.oneof(anyUnicode(), fc.integer(), fc.boolean(), fc.constant(undefined));

  it('writes what the logger writes, for any fields, also when they come in several objects', () => {
    fc.assert(
      fc.property(fc.dictionary(names, values), fc.nat(7), fc.constantFrom('debug', 'info'), (fields, at, level) => {
        const entries = Object.entries(fields);
        const [some, others] = [entries.slice(0, at), entries.slice(at)].map((part) => Object.fromEntries(part));
        lines.length = 0;
        log[level](fields, 'request');
        lineWriter(log, clock, 'request')(level, null, some, null, undefined, others);
        expect(lines[1]).toBe(lines[0]);
      }),
    );
  });

  it('writes nothing below the level', () => {
    const quiet = createLogger('warn', clock, { write: (line) => lines.push(line) });
    lineWriter(quiet, clock, 'request')('info', null, {});
    expect(lines).toEqual([]);
  });
});
