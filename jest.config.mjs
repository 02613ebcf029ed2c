// One configuration for every package; the suffix of a file says what a test costs:
// .unit.spec nothing but time, .local.spec disk, sockets and programs, .int.spec one real server, .e2e.spec several,
// .crash.spec kills processes, .scratch.spec works on a copy of the project.
const kinds = { unit: ['unit'], test: ['unit', 'local'], stack: ['int', 'e2e'] };
const kind = process.env.TEST_KIND ?? 'unit';

export default {
  rootDir: import.meta.dirname,
  roots: ['<rootDir>/libs', '<rootDir>/services', '<rootDir>/tests', '<rootDir>/tools', '<rootDir>/deploy'],
  testMatch: (kinds[kind] ?? kind.split(',')).map((suffix) => `**/*.${suffix}.spec.ts`),
  testEnvironment: 'node',
  testEnvironmentOptions: { customExportConditions: ['@tidemark/source', 'node', 'node-addons'] },
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  modulePathIgnorePatterns: ['/dist/'],
  setupFiles: ['<rootDir>/tools/jest.setup.mjs'],
  // One suite at a time on the servers: they share the processors with them.
  maxWorkers: kind === 'stack' ? 1 : '100%',
  testTimeout: kind === 'unit' ? 10_000 : 60_000,
  // Node may spin for ever while it closes handles at its natural end (node::Environment::CleanupHandles).
  forceExit: true,
  reporters: ['default', '<rootDir>/tools/jest.reporter.mjs'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        swcrc: false,
        sourceMaps: 'inline',
        jsc: {
          target: 'es2024',
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
          keepClassNames: true,
        },
        module: { type: 'es6' },
      },
    ],
  },
};
