/**
 * Imports point one way. Every folder of src has its line in `MAY_IMPORT`; a folder without one is an error, so that no
 * `common/` or `utils/` appears unnoticed.
 */
const MAY_IMPORT = {
  config: ['json'],
  json: [],
  openapi: [],
  'customer-ids': ['openapi', 'problems'],
  telemetry: ['config'],
  problems: ['config', 'handlers', 'json', 'openapi', 'redis', 'telemetry'],
  handlers: [],
  'http-server': ['config', 'problems'],
  'reloaded-files': ['config', 'telemetry'],
  resilience: ['config'],
  redis: ['config', 'resilience', 'telemetry'],
  tombstones: ['config', 'customer-ids', 'problems', 'redis'],
  upstream: ['config', 'json', 'redis', 'resilience', 'telemetry'],
  'caller-limits': ['config', 'json', 'problems', 'redis', 'resilience', 'telemetry'],
  auth: ['caller-limits', 'config', 'handlers', 'openapi', 'problems', 'reloaded-files', 'resilience', 'telemetry', 'upstream'],
  audit: ['auth', 'config', 'handlers', 'json', 'problems', 'telemetry'],
  health: ['auth', 'config', 'http-server', 'openapi', 'problems', 'redis', 'reloaded-files', 'resilience', 'telemetry', 'upstream'],
  console: ['auth', 'config', 'http-server', 'problems'],
  'reseller-customers': ['config', 'json', 'openapi', 'redis', 'resilience', 'upstream'],
  'billing-connectors': ['config', 'json', 'upstream'],
  'customer-changes': [
    'auth', 'config', 'customer-ids', 'handlers', 'health', 'http-server', 'json', 'openapi', 'problems', 'redis', 'resilience', 'telemetry', 'tombstones',
  ],
  'profile-cache': ['config', 'customer-changes', 'customer-ids', 'json', 'redis', 'telemetry', 'tombstones', 'upstream'],
  'customer-links': [
    'audit', 'auth', 'billing-connectors', 'config', 'customer-changes', 'customer-ids', 'handlers', 'http-server', 'json', 'openapi',
    'problems', 'profile-cache', 'redis', 'telemetry', 'tombstones', 'upstream',
  ],
  'profile-merge': ['billing-connectors', 'config', 'customer-links', 'openapi', 'profile-cache', 'reseller-customers', 'upstream'],
  'customer-lookups': [
    'auth', 'config', 'customer-ids', 'customer-links', 'handlers', 'json', 'openapi', 'problems', 'profile-cache', 'profile-merge',
    'redis', 'telemetry', 'tombstones',
  ],
  'profile-refresh': [
    'billing-connectors', 'config', 'customer-changes', 'customer-ids', 'customer-links', 'customer-lookups', 'profile-cache',
    'profile-merge', 'redis', 'reseller-customers', 'resilience', 'telemetry', 'tombstones', 'upstream',
  ],
  explanations: [
    'audit', 'auth', 'billing-connectors', 'config', 'customer-ids', 'customer-links', 'handlers', 'json', 'openapi', 'problems',
    'profile-cache', 'profile-merge', 'profile-refresh', 'reseller-customers', 'resilience', 'upstream',
  ],
  invalidations: ['audit', 'auth', 'config', 'customer-ids', 'handlers', 'json', 'openapi', 'problems', 'profile-cache'],
  'customer-erasures': [
    'audit', 'auth', 'config', 'customer-changes', 'customer-ids', 'customer-links', 'customer-lookups', 'handlers', 'json', 'openapi',
    'problems', 'profile-cache', 'redis', 'resilience', 'telemetry', 'tombstones',
  ],
  'customer-profiles': [
    'audit', 'auth', 'caller-limits', 'config', 'customer-changes', 'customer-ids', 'handlers', 'http-server', 'json', 'openapi',
    'problems', 'profile-cache', 'profile-merge', 'profile-refresh', 'resilience', 'telemetry', 'tombstones', 'upstream',
  ],
  'profile-sweep': [
    'config', 'customer-ids', 'customer-links', 'health', 'json', 'profile-cache', 'profile-merge', 'profile-refresh', 'redis', 'resilience', 'telemetry',
    'tombstones', 'upstream',
  ],
}; // prettier-ignore

const folders = Object.keys(MAY_IMPORT);

const oneWay = folders.map((folder) => ({
  name: `${folder}-imports`,
  comment: `src/${folder} may import only: ${MAY_IMPORT[folder].join(', ') || 'nothing of src'}`,
  severity: 'error',
  from: { path: `^src/${folder}/` },
  to: { path: '^src/', pathNot: [folder, ...MAY_IMPORT[folder]].map((name) => `^src/${name}/`) },
}));

export default {
  forbidden: [
    ...oneWay,
    {
      name: 'unknown-folder',
      comment: 'give the folder a line in MAY_IMPORT',
      severity: 'error',
      from: {},
      to: { path: '^src/[^/]+/', pathNot: folders.map((name) => `^src/${name}/`) },
    },
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'no-orphans',
      severity: 'error',
      from: { orphan: true, path: '^src/', pathNot: '^src/main\\.ts$|\\.d\\.ts$' },
      to: {},
    },
    {
      name: 'service-stands-alone',
      comment: 'what runs in production imports nothing of sandbox, test, demo, bench, tools or client',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^(sandbox|test|demo|bench|tools|client|console)/' },
    },
    {
      name: 'client-stands-alone',
      comment: 'a package of its own, for browsers too: it has no dependency and knows nothing of Node',
      severity: 'error',
      from: { path: '^client/' },
      to: { pathNot: '^client/' },
    },
    {
      name: 'console-uses-the-client',
      comment: 'the page knows the public API alone, through the typed client; Preact is its only library',
      severity: 'error',
      from: { path: '^console/' },
      to: { pathNot: '^(console/|client/src/index\\.ts$|node_modules/preact/)' },
    },
    {
      name: 'words-know-no-page',
      comment: 'what the page says is worked out by pure functions',
      severity: 'error',
      from: { path: '^console/src/(words|reading)/' },
      to: { path: '^console/src/(?!words/|reading/)|node_modules/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'sandbox-stands-alone',
      comment: 'the sandbox is written from the documentation, not from the service',
      severity: 'error',
      from: { path: '^sandbox/' },
      to: { path: '^(src|test|demo|bench|tools)/' },
    },
    {
      name: 'merge-is-pure',
      comment:
        'merging is arithmetic: of what does input or output, and of schemas, it takes types alone. The schemas beside it describe the record; no code that merges runs them',
      severity: 'error',
      from: { path: '^src/profile-merge/', pathNot: '\\.schema\\.ts$' },
      to: {
        path: '^src/',
        pathNot: [
          '^src/(config|profile-merge)/(?!.*\\.schema\\.ts$)',
          '^src/profile-cache/part\\.ts$',
          '^src/billing-connectors/connector\\.ts$',
        ],
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'schemas-describe',
      comment: 'a schema is made of schemas and closed lists, and of nothing that acts',
      severity: 'error',
      from: { path: '\\.schema\\.ts$' },
      to: {
        path: '(\\.(client|service|module|controller|openapi)\\.ts$|upstream-http)',
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'resilience-knows-no-http',
      comment: 'of libraries it uses the decorators of providers alone',
      severity: 'error',
      from: { path: '^src/resilience/' },
      to: { path: '^(node:)?(https?|net)$|^src/upstream/|node_modules/(?!@nestjs/common/)' },
    },
    {
      name: 'explaining-is-pure',
      comment: 'what is explained is worked out of the parts alone',
      severity: 'error',
      from: {
        path: '^src/(explanations|customer-lookups)/',
        pathNot: '\\.(service|module|controller)\\.ts$|lookup-index',
      },
      to: { path: '(\\.(client|service)\\.ts$|upstream-http)', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'one-way-out',
      comment: 'src/upstream makes every outbound call',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/upstream/' },
      to: { path: '^(node:)?https?$|node_modules/(axios|@nestjs/axios)/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'traces-load-late',
      comment: 'the SDK of OpenTelemetry is loaded when traces are exported, and not otherwise',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/telemetry/traces/(open-traces|spans|counted-export)\\.ts$' },
      to: { path: 'node_modules/@opentelemetry/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'traces-are-opened-late',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/telemetry/traces/open-traces\\.ts$' },
      to: {
        path: '^src/telemetry/traces/(open-traces|spans|counted-export)\\.ts$',
        dependencyTypesNot: ['type-only', 'dynamic-import'],
      },
    },
    {
      name: 'no-dev-dependency',
      severity: 'error',
      from: { path: '^src/' },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default'] },
  },
};
