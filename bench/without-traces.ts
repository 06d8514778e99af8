/**
 * `node --import bench/without-traces.ts build/main.js`: the service with its code for traces bypassed, to measure what that code costs
 * when traces are off. It alters the built modules while they are loaded, and fails when one no longer has the line.
 */
import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';

const CURRENT = /const scope = scopes\.getStore\(\);\s+return scope\?\.isOpen === true \? scope : null;/;
const ALTERED: Readonly<Record<string, readonly (readonly [line: string | RegExp, instead: string])[]>> = {
  '/build/telemetry/traces/trace-scope.js': [
    ['const scopes = new AsyncLocalStorage();', 'const scopes = null;'],
    [CURRENT, 'return null;'],
    [/const span = TraceScope\.current\(\)\?\.child\(name\);\s+if \(!span\)\s+return work\(\);/, 'return work();'],
  ],
  '/build/telemetry/traces/trace-requests.js': [["fastify.decorateRequest('trace', null);\n    if (!traces)", 'if (!traces)']],
  '/build/telemetry/logger.js': [['mixin: () => TraceScope.current()?.fields ?? {},', '']],
  '/build/telemetry/request-log.js': [["'info', trace, ", "'info', null, "]],
  '/build/telemetry/ended-requests.js': [['const { id, method, logFields, trace } = request;', 'const { id, method, logFields } = request, trace = null;']],
}; // prettier-ignore

registerHooks({
  load(url, context, nextLoad) {
    const name = Object.keys(ALTERED).find((end) => url.endsWith(end));
    if (name === undefined) return nextLoad(url, context);
    let source = readFileSync(fileURLToPath(url), 'utf8');
    for (const [line, instead] of ALTERED[name] ?? []) {
      const altered = source.replace(line, instead);
      if (altered === source) throw new Error(`${name} has no line ${String(line)}`);
      source = altered;
    }
    return { format: 'module', source, shortCircuit: true };
  },
});
