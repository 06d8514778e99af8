/**
 * Imports point one way. Every folder of src has its line in `MAY_IMPORT`; a folder without one is an error, so that no
 * `common/` or `utils/` appears unnoticed.
 */
const MAY_IMPORT = {
  config: ['json'],
  json: [],
  openapi: [],
  telemetry: ['config'],
  problems: ['config', 'openapi', 'redis', 'telemetry'],
  'http-server': ['config', 'problems'],
  resilience: ['config'],
  redis: ['config', 'resilience', 'telemetry'],
  upstream: ['config', 'json', 'redis', 'resilience', 'telemetry'],
  auth: ['config', 'problems', 'resilience', 'telemetry', 'upstream'],
  health: ['auth', 'config', 'openapi', 'redis', 'resilience', 'telemetry', 'upstream'],
  'reseller-customers': ['config', 'json', 'openapi', 'redis', 'resilience', 'upstream'],
  'billing-connectors': ['config', 'json', 'resilience', 'upstream'],
  'profile-cache': ['config', 'json', 'redis', 'telemetry', 'upstream'],
  'customer-links': [
    'auth', 'billing-connectors', 'config', 'http-server', 'json', 'openapi', 'problems', 'profile-cache', 'redis', 'resilience',
    'telemetry',
  ],
  'profile-merge': [
    'billing-connectors', 'config', 'customer-links', 'openapi', 'profile-cache', 'reseller-customers', 'upstream',
  ],
  'customer-lookups': [
    'auth', 'config', 'customer-links', 'json', 'openapi', 'problems', 'profile-cache', 'profile-merge', 'redis', 'telemetry',
  ],
  'profile-refresh': [
    'billing-connectors', 'config', 'customer-links', 'customer-lookups', 'profile-cache', 'profile-merge',
    'redis', 'reseller-customers', 'resilience', 'telemetry', 'upstream',
  ],
  explanations: [
    'auth', 'billing-connectors', 'config', 'customer-links', 'json', 'openapi', 'problems', 'profile-cache', 'profile-merge',
    'profile-refresh', 'reseller-customers', 'resilience', 'upstream',
  ],
  'customer-profiles': [
    'auth', 'config', 'customer-links', 'http-server', 'openapi', 'problems', 'profile-cache', 'profile-merge', 'profile-refresh',
    'resilience', 'telemetry', 'upstream', 'billing-connectors',
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
      from: { orphan: true, path: '^src/', pathNot: '^src/main\\.ts$' },
      to: {},
    },
    {
      name: 'service-stands-alone',
      comment: 'what runs in production imports nothing of sandbox, test, demo, bench or tools',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^(sandbox|test|demo|bench|tools)/' },
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
      severity: 'error',
      from: { path: '^src/resilience/' },
      to: { path: '^(node:)?(https?|net)$|^src/upstream/|node_modules/' },
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
