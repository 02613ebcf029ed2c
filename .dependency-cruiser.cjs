// Who may import whom. `npm run verify` fails on every breach.
const { readdirSync } = require('node:fs');
const { join } = require('node:path');

const spec = '\\.spec\\.ts$|/testing/|\\.fixtures\\.ts$|^libs/test-kit/|^tests/';
const ports = '^libs/(event-store|messaging|read-model|blob-store|record-store|vault)/';
const drivers = '^(node:)?sqlite$|node_modules/(nats|mongodb|@eventstore/db-client|pg|pg-cursor)/';
const frameworks = 'node_modules/(@nestjs|fastify|@fastify|rxjs|reflect-metadata|class-validator|class-transformer)/';

/** Folders of pure domain code: every folder below a service's src that holds a `*.decide.ts`. */
const pure = `^(${readdirSync(join(__dirname, 'services'))
  .flatMap((service) => {
    const src = join(__dirname, 'services', service, 'src');
    return readdirSync(src, { recursive: true })
      .filter((file) => file.endsWith('.decide.ts'))
      .map((file) => `services/${service}/src/${file.replaceAll('\\', '/').replace(/[^/]+$/, '')}`);
  })
  .concat(['job', 'connection', 'admission'].map((name) => `services/job-coordinator/src/${name}/`))
  .join('|')})`;

module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      comment: 'Two files that need each other, be it for types alone, are one file, or need a third.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'resolvable',
      comment: 'The import leads nowhere.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'aggregates-are-pure',
      comment:
        'An aggregate imports aggregates, contracts, pure tools, retry and cron arithmetic, derived ids, and types of the event store.',
      severity: 'error',
      from: { path: pure, pathNot: spec },
      to: {
        path: '.',
        pathNot: [
          pure,
          '^libs/contracts/',
          '^libs/foundation/src/(derived-ids|instant|json)\\.ts$',
          '^libs/resilience/src/retry-schedule\\.ts$',
          'node_modules/(croner|luxon)/',
          '^libs/event-store/',
        ],
      },
    },
    {
      name: 'aggregates-take-only-types-from-the-event-store',
      severity: 'error',
      from: { path: pure, pathNot: spec },
      to: { path: '^libs/event-store/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'contracts-stand-alone',
      comment: 'Shapes and codes: no framework, no driver, no other package but the foundation.',
      severity: 'error',
      from: { path: '^libs/contracts/src/', pathNot: [spec, '^libs/contracts/src/validation/'] },
      to: { path: [frameworks, drivers, '^libs/', '^services/'], pathNot: '^libs/(contracts|foundation)/' },
    },
    {
      name: 'foundation-imports-nothing',
      comment: 'Everything stands on it: only itself and what Node brings.',
      severity: 'error',
      from: { path: '^libs/foundation/src/', pathNot: spec },
      to: { path: '.', pathNot: ['^libs/foundation/src/'], dependencyTypesNot: ['core'] },
    },
    {
      name: 'contracts-validate-apart',
      comment: 'class-validator loads slowly: only who validates imports it, by an entry point of its own.',
      severity: 'error',
      from: { path: '^libs/contracts/src/validation/', pathNot: spec },
      to: {
        path: [frameworks, drivers, '^libs/', '^services/'],
        pathNot: ['^libs/(contracts|foundation)/', 'node_modules/class-validator/'],
      },
    },
    {
      name: 'services-are-apart',
      comment: 'Services speak over messages; standalone alone puts them together.',
      severity: 'error',
      from: { path: '^services/([^/]+)/', pathNot: [spec, '^services/standalone/'] },
      to: { path: '^services/', pathNot: '^services/$1/' },
    },
    {
      name: 'connector-sdk-stands-alone',
      comment:
        'A third party writes connectors with it: it knows none of ours, and no more of Tidemark than it has to.',
      severity: 'error',
      from: { path: '^libs/connector-sdk/src/' },
      to: {
        path: '^libs/',
        pathNot: '^libs/(connector-sdk|contracts|foundation|resilience|webhooks)/',
      },
    },
    {
      name: 'manifests-do-no-io',
      comment: 'The coordinator and the edge read manifests: they load no driver and no network client.',
      severity: 'error',
      from: {
        path: ['^libs/connector-sdk/src/manifest/', '^libs/connectors/src/.*\\.(manifest|config)\\.ts$'],
        pathNot: spec,
      },
      to: {
        path: '.',
        pathNot: [
          '^libs/connector-sdk/src/manifest/',
          '^libs/connectors/src/.*\\.(manifest|config)\\.ts$',
          'node_modules/(zod|@jmespath-community/jmespath)/',
        ],
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'edge-does-not-know-resources',
      comment: 'Resources stand on the edge; the module puts them together.',
      severity: 'error',
      from: { path: '^services/gateway/src/edge/', pathNot: spec },
      to: { path: '^services/gateway/src/resources/' },
    },
    {
      name: 'libs-do-not-know-services',
      severity: 'error',
      from: { path: '^libs/' },
      to: { path: '^services/' },
    },
    {
      name: 'nothing-stands-on-tests',
      comment: 'The suites over the whole import the product, never the other way round.',
      severity: 'error',
      from: { path: '^(libs|services)/' },
      to: { path: '^tests/' },
    },
    {
      name: 'drivers-only-in-adapters',
      comment: "A driver is imported in its adapter's folder, one level below a port's src, and nowhere else.",
      severity: 'error',
      from: {
        path: '^(libs|services)/',
        pathNot: [spec, `${ports}(src/[^/]+|bench)/`, '^libs/connectors/src/postgres/', '^libs/mongo/src/'],
      },
      to: { path: drivers },
    },
    {
      name: 'documents-are-processed-in-threads',
      comment:
        'Text of tenants and publishers could hold up everybody: services process it through openapi-diff/threads, ' +
        'with limits and a share for each tenant. The command line processes its own.',
      severity: 'error',
      from: { path: '^services/', pathNot: [spec, '^services/cli/'] },
      to: {
        path: ['^libs/openapi-diff/src/', 'node_modules/(yaml|@jmespath-community)/'],
        pathNot: '^libs/openapi-diff/src/threads/index\\.ts$',
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'nest-at-the-edges',
      comment: 'HTTP in the gateway, and the transport of messages, which the platform mounts for every service.',
      severity: 'error',
      from: {
        path: '^(libs|services)/',
        pathNot: [spec, '^libs/messaging/src/nest/', '^libs/platform/', '^services/gateway/'],
      },
      to: { path: 'node_modules/@nestjs/' },
    },
    {
      name: 'production-dependencies-only',
      comment: 'The image has no development dependencies: move the package in the root package.json, or drop it.',
      severity: 'error',
      from: { path: '^(libs|services)/[^/]+/src/', pathNot: spec },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'], dependencyTypesNot: ['type-only'] },
    },
  ],
  options: {
    // Third-party packages are declared once, in the root package.json.
    combinedDependencies: true,
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.specs.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['@tidemark/source', 'import', 'node', 'default', 'types'],
      extensions: ['.ts', '.js', '.mjs', '.cjs', '.json'],
      mainFields: ['module', 'main', 'types'],
    },
  },
};
