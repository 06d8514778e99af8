/**
 * Imports point one way. Every folder of src has its line in `MAY_IMPORT`; a folder without one is an error, so that no
 * `common/` or `utils/` appears unnoticed.
 */
const MAY_IMPORT = {
  config: [],
  telemetry: ['config'],
  problems: ['telemetry'],
  redis: ['config', 'telemetry'],
  upstream: ['config', 'redis', 'telemetry'],
  auth: ['config', 'problems', 'upstream'],
  health: ['config', 'redis', 'upstream'],
  'reseller-customers': ['config', 'redis', 'upstream'],
  'billing-connectors': ['config', 'upstream'],
  'profile-cache': ['config', 'redis', 'telemetry', 'upstream'],
  'customer-links': [
    'auth', 'billing-connectors', 'config', 'problems', 'profile-cache', 'redis', 'telemetry', 'upstream',
  ],
  'customer-profiles': [
    'auth', 'billing-connectors', 'config', 'customer-links', 'problems', 'profile-cache', 'reseller-customers', 'telemetry', 'upstream',
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
      comment: 'merging is arithmetic: it takes nothing that does input or output',
      severity: 'error',
      from: {
        path: '^src/customer-profiles/(merge|merged-fields|field-choice|conflicts|provenance|identity|normalise|company-name|decoration|legal-forms|email-address|email-domains|redact|bundle|bundle-faults|policy-difference|explanation|explanation-refresh|lookup-references)\\.ts$',
      },
      to: { path: '(\\.(service|client|module|controller)\\.ts$|upstream\\.http)', dependencyTypesNot: ['type-only'] },
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
