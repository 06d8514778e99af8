import { describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';

function run(environment: Readonly<Record<string, string>>): ReturnType<typeof spawn> {
  return spawn(process.execPath, ['sandbox/main.ts'], { env: { ...process.env, ...environment }, stdio: 'pipe' });
}

describe('sandbox/main.ts', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)(
    'prints where it is, what it knows and how it is controlled, and stops on %s',
    async (signal) => {
      const child = run({ PORT: '0' });
      const exit = once(child, 'exit');
      let printed = '';
      for await (const chunk of child.stdout as AsyncIterable<Buffer>) {
        printed += chunk.toString();
        if (printed.includes('/_sandbox/billing-list')) child.kill(signal);
      }
      expect(await exit).toEqual([0, null]);
      expect(printed).toMatch(/at http:\/\/127\.0\.0\.1:\d+\n/);
      expect(printed).toContain('fully-linked');
    },
  );

  it.each([
    ['PORT', 'http'],
    ['PORT', '65536'],
    ['BILLING_LIST_KEY', 'items'],
  ])('does not start with %s=%s, and names the variable', async (name, value) => {
    const child = run({ [name]: value });
    const exit = once(child, 'exit');
    let printed = '';
    for await (const chunk of child.stderr as AsyncIterable<Buffer>) printed += chunk.toString();
    expect(await exit).toEqual([1, null]);
    expect(printed).toContain(name);
    expect(printed).not.toContain(value);
  });
});
