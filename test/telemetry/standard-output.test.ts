import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { closeSync, constants, mkdtempSync, openSync, readSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StandardOutput } from '../../src/telemetry/standard-output.ts';
import { eventually } from '../support/eventually.ts';
import { TestClock } from '../support/test-clock.ts';

const LINE = `${'x'.repeat(1023)}\n`;
/** More than all that waits, and all that a pipe holds. */
const TOO_MANY = 6000;
const BATCH_MS = 100;
const RETRY_MS = 1000;

let folder: string;
let fifo: string;
let clock: TestClock;
let readers: number[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'standard-output-'));
  fifo = join(folder, 'fifo');
  execFileSync('mkfifo', [fifo]);
  clock = new TestClock();
  clock.stop();
  readers = [];
});

afterEach(() => {
  for (const reader of readers) closeSync(reader);
  rmSync(folder, { recursive: true });
});

/** Opened for reading, until the test is over. */
function reading(path: string): number {
  const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  readers.push(reader);
  return reader;
}

/**
 * Opened for writing. It stays open: a thread may still be about to write when the test is over, and would write into whatever
 * file or connection of another test had been given the number.
 */
const writing = (path: string): number => openSync(path, constants.O_WRONLY | constants.O_NONBLOCK);

/** Everything that the pipe holds now. */
function readAll(reader: number): string {
  const bytes = Buffer.alloc(256 * 1024);
  let text = '';
  try {
    for (let count = -1; count !== 0;) text += bytes.toString('utf8', 0, (count = readSync(reader, bytes)));
  } catch (error) {
    expect(error).toMatchObject({ code: 'EAGAIN' });
  }
  return text;
}

/** Reads until the text has come; time passes in steps of `stepMs`, as retries take it. */
async function readUntil(reader: number, has: (text: string) => boolean, stepMs: number): Promise<string> {
  let text = '';
  await eventually('the lines have come', () => {
    clock.advance(stepMs);
    text += readAll(reader);
    return has(text);
  });
  return text;
}

const count = (text: string, line: string): number => text.split(line).length - 1;

describe('log lines', () => {
  it('are written together after a tenth of a second, and not before', async () => {
    const reader = reading(fifo);
    const output = new StandardOutput(clock, writing(fifo));
    output.write('first\n');
    clock.advance(BATCH_MS - 1);
    output.write('second\n');
    expect(readAll(reader)).toBe('');
    expect(await readUntil(reader, (text) => text.includes('second'), 1)).toBe('first\nsecond\n');
  });

  it('for a reader that stalls are kept up to a bound, whole and in order, and the others counted and logged (R2)', async () => {
    const reader = reading(fifo);
    const output = new StandardOutput(clock, writing(fifo));
    output.onRecovered((lines) => {
      output.write(`dropped ${lines}\n`);
    });
    for (let each = 0; each < TOO_MANY; each += 1) output.write(LINE);
    expect(output.droppedLines).toBeGreaterThan(1000);
    expect(output.droppedLines).toBeLessThan(TOO_MANY - 1000);
    const dropped = output.droppedLines;
    const text = await readUntil(reader, (all) => all.endsWith(`dropped ${dropped}\n`), BATCH_MS);
    expect(text).toBe(LINE.repeat(TOO_MANY - dropped) + `dropped ${dropped}\n`);
    output.write('after\n');
    expect(await readUntil(reader, (all) => all.endsWith('after\n'), BATCH_MS)).toBe('after\n');
    expect(output.droppedLines).toBe(dropped);
  });

  it('that must not be lost are written at once and before others, and are not dropped for a reader that stalls', async () => {
    const reader = reading(fifo);
    const output = new StandardOutput(clock, writing(fifo));
    const written: string[] = [];
    output.write('usual\n');
    output.writeSurely('sure\n', () => written.push('sure'));
    expect(await readUntil(reader, (text) => text.endsWith('usual\n'), 1)).toBe('sure\nusual\n');
    expect(written).toEqual(['sure']);
    for (let each = 0; each < TOO_MANY; each += 1) output.write(LINE);
    for (let each = 0; each < 100; each += 1) output.writeSurely(`sure ${each}\n`, () => written.push(`${each}`));
    expect(output.droppedLines).toBeGreaterThan(1000);
    const kept = TOO_MANY - output.droppedLines;
    const text = await readUntil(reader, (all) => count(all, LINE) === kept && count(all, 'sure') === 100, BATCH_MS);
    expect(text.indexOf('sure 99\n')).toBeLessThan(text.lastIndexOf(LINE));
    const order = Array.from({ length: 100 }, (_, each) => `${each}`);
    expect(text.match(/(?<=^sure )\d+$/gm)).toEqual(order);
    expect(written).toEqual(['sure', ...order]);
  });

  it('that must not be lost are written together when many wait, each reported once it is written', async () => {
    const reader = reading(fifo);
    const output = new StandardOutput(clock, writing(fifo));
    const written: number[] = [];
    let [writes, isSameWrite] = [0, false];
    const onWritten = (each: number): void => {
      written.push(each);
      if (!isSameWrite) writes += 1;
      isSameWrite = true;
      queueMicrotask(() => (isSameWrite = false));
    };
    for (let each = 0; each < 1000; each += 1)
      output.writeSurely(`sure ${each}\n`, () => {
        onWritten(each);
      });
    const text = await readUntil(reader, (all) => count(all, '\n') === 1000, 1);
    await eventually('all are reported', () => written.length === 1000);
    const order = Array.from({ length: 1000 }, (_, each) => each);
    expect(text).toBe(order.map((each) => `sure ${each}\n`).join(''));
    expect(written).toEqual(order);
    // The first is written at once, and the others while that goes on.
    expect(writes).toBe(2);
  });

  it('for a reader that has left wait for the next one', async () => {
    const first = openSync(fifo, constants.O_RDONLY | constants.O_NONBLOCK);
    const output = new StandardOutput(clock, writing(fifo));
    closeSync(first);
    output.write('unread\n');
    const failed = clock.whenSet((ms) => ms === RETRY_MS);
    clock.advance(BATCH_MS);
    await failed;
    output.write('also\n');
    const second = reading(fifo);
    expect(await readUntil(second, (text) => text.includes('also'), RETRY_MS)).toBe('unread\nalso\n');
  });

  it('on a full disk are tried again once a second, however many come (R1)', async () => {
    const output = new StandardOutput(clock, writing('/dev/full'));
    for (let tries = 0; tries < 3; tries += 1) {
      const failed = clock.whenSet((ms) => ms === RETRY_MS);
      for (let each = 0; each < TOO_MANY; each += 1) output.write(LINE);
      await failed;
      clock.advance(RETRY_MS);
    }
    expect(output.droppedLines).toBeGreaterThan(2 * TOO_MANY);
  });

  it('are written at the end without waiting for a batch; a full disk or a stalled reader does not hold the end up', () => {
    const reader = reading(fifo);
    const output = new StandardOutput(clock, writing(fifo));
    output.write('last\n');
    output.end();
    expect(count(readAll(reader), 'last\n')).toBe(1);

    const full = new StandardOutput(clock, writing('/dev/full'));
    full.write('lost\n');
    full.end();
  });
});
