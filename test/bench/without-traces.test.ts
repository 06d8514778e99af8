import { expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { buildService } from '../support/built-service.ts';

/** It may have to build the service first. */
const BUILD_LIMIT_MS = 300_000;

it(
  'the benchmark of traces finds each line that it leaves out of the service',
  async () => {
    const app = join(buildService().main, '../../build/app.js');
    const options = ['--no-warnings', '--import', './bench/without-traces.ts', '--input-type=module'];
    await expect(
      promisify(execFile)(process.execPath, [...options, '--eval', `await import('${app}')`]),
    ).resolves.toEqual({ stdout: '', stderr: '' });
  },
  BUILD_LIMIT_MS,
);
