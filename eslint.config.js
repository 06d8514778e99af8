import js from '@eslint/js';
import prettier from 'eslint-config-prettier';
import sortedImports from 'eslint-plugin-simple-import-sort';
import tseslint from 'typescript-eslint';

/** Time comes from the one `Clock`: what takes it from elsewhere cannot be tested, and reads another time than the rest. */
const ONE_CLOCK = 'Take the time from Clock (src/config/clock.ts).';
const oneClock = {
  'no-restricted-globals': [
    'error',
    ...['setTimeout', 'setInterval', 'clearTimeout', 'clearInterval'].map((name) => ({ name, message: ONE_CLOCK })),
  ],
  'no-restricted-properties': [
    'error',
    ...[
      ['Date', 'now'],
      ['performance', 'now'],
      ['performance', 'timeOrigin'],
      ['process', 'hrtime'],
      ['process', 'uptime'],
      ['AbortSignal', 'timeout'],
      ...['globalThis', 'global'].flatMap((object) =>
        ['setTimeout', 'setInterval', 'Date', 'performance', 'AbortSignal'].map((property) => [object, property]),
      ),
      ['Atomics', 'wait'],
      ['Atomics', 'waitAsync'],
      ['process', 'getBuiltinModule'],
    ].map(([object, property]) => ({ object, property, message: ONE_CLOCK })),
  ],
  'no-restricted-syntax': [
    'error',
    { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: ONE_CLOCK },
    { selector: "CallExpression[callee.name='Date']", message: ONE_CLOCK },
    { selector: "VariableDeclarator[init.name='Date']", message: ONE_CLOCK },
    // Of a socket, a server, a request: a timer all the same.
    { selector: "MemberExpression[property.name='setTimeout']", message: ONE_CLOCK },
    { selector: 'ImportExpression[source.value=/^(node:)?(timers|perf_hooks)/]', message: ONE_CLOCK },
  ],
  'no-restricted-imports': [
    'error',
    {
      paths: [
        ...['timers', 'node:timers', 'perf_hooks', 'node:perf_hooks'].map((name) => ({ name, message: ONE_CLOCK })),
        ...['process', 'node:process'].map((name) => ({ name, importNames: ['hrtime', 'uptime'], message: ONE_CLOCK })),
      ],
      patterns: [
        {
          group: ['timers/promises', 'node:timers/promises'],
          allowImportNames: ['setImmediate'],
          message: ONE_CLOCK,
        },
      ],
    },
  ],
};

export default tseslint.config(
  { ignores: ['build', 'dist', 'coverage', 'node_modules', 'client/dist', 'console/dist', 'client/src/api.ts'] },
  js.configs.recommended,
  {
    files: ['**/*.{ts,tsx}'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    plugins: { 'sorted-imports': sortedImports },
    rules: {
      // What has side effects, libraries, then the folders of this project from afar to near.
      'sorted-imports/imports': ['error', { groups: [['^\\u0000', '^@?\\w', '^\\.']] }],
      'sorted-imports/exports': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-extraneous-class': ['error', { allowWithDecorator: true }],
      '@typescript-eslint/explicit-module-boundary-types': 'error',
      // The framework declares its options as classes and takes object literals.
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      'no-console': 'error',
      eqeqeq: ['error', 'always', { null: 'ignore' }],
    },
  },
  { files: ['src/**/*.ts', 'test/**/*.ts', 'client/src/**/*.ts'], rules: oneClock },
  {
    // The clock, and what tells real time on purpose.
    files: [
      'src/config/clock.ts',
      'client/src/clock.ts',
      'test/support/test-clock.ts',
      // Gives up a test that hangs.
      'test/support/runner/globals.ts',
      // Looks again and again until a condition holds.
      'test/support/eventually.ts',
      // Drips bytes between two real sockets, and ends them when they are idle.
      'test/support/tcp-proxy.ts',
      // Ages what lies in Redis by the machine's time, which real processes have.
      'test/system/fleet/fleet.ts',
      // Runs schedules in real time.
      'test/schedules/process-host.ts',
      // Searches for so much of the machine's time.
      'test/schedules/search.ts',
      // Is a process of its own, which waits before it asks again.
      'test/rehearsal/changes/copying-consumer.ts',
    ],
    rules: Object.fromEntries(Object.keys(oneClock).map((rule) => [rule, 'off'])),
  },
  {
    // Command-line programs print; the service logs.
    files: ['sandbox/main.ts', 'demo/**', 'bench/**', 'tools/**'],
    rules: { 'no-console': 'off' },
  },
  {
    // What a service under test answers is any JSON.
    files: ['test/**/*.ts'],
    rules: {
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
    },
  },
  {
    files: ['test/**/*.unit.test.ts'],
    rules: {
      '@typescript-eslint/no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              group: ['**/sandbox/server.ts', '**/sandbox/redis/**', '**/support/service.ts', '**/stage.ts', '**/stack.ts', '**/child_process'], // prettier-ignore
              allowTypeImports: true,
              message: 'A unit test starts no service, server or process: name it *.test.ts.',
            },
          ],
        },
      ],
    },
  },
  {
    files: ['**/*.mjs', '**/*.js'],
    languageOptions: { globals: { process: 'readonly', console: 'readonly', URL: 'readonly' } },
  },
  prettier,
);
