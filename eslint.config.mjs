// A short list: each rule has caught a real fault that types do not. Style is prettier's affair, folders and imports
// between packages are dependency-cruiser's.
import regexp from 'eslint-plugin-regexp';
import tseslint from 'typescript-eslint';

const tests = ['**/*.spec.ts', '**/testing/**', '**/*.fixtures.ts', 'libs/test-kit/**', 'tests/**'];
const testOnly = [
  { group: ['**/testing', '**/testing/*', '@tidemark/*/testing'], message: 'testing/ is for tests only.' },
  {
    group: ['@tidemark/test-kit', '@tidemark/tests', '@jest/globals', '@nestjs/testing'],
    message: 'This package is for tests only.',
  },
];

/** Constructors and their parameters apart: those cannot be `#private`. */
const privateKeyword = {
  selector: ':matches(PropertyDefinition, MethodDefinition[kind!="constructor"])[accessibility="private"]',
  message: 'Private members are #private.',
};

/** A pattern from elsewhere can take for ever: `globOf`, or RE2 as in openapi-diff. */
const writtenPattern = {
  selector: ':matches(NewExpression, CallExpression)[callee.name="RegExp"]',
  message: 'A pattern from elsewhere is matched in linear time: globOf of foundation, or RE2.',
};

/** Words with too many meanings: name the actor and the action (notify, report, log, fetch, …). */
const avoidedWords = ['tell', 'tells', 'told', 'telling', 'somebody', 'whoever'];
const avoided = `/\\b(${avoidedWords.join('|')})\\b/`;
const plainTexts = [`Literal[value=${avoided}]`, `TemplateElement[value.raw=${avoided}]`].map((selector) => ({
  selector,
  message: `Say it plainly, without ${avoidedWords.join(', ')}.`,
}));

export default tseslint.config(
  { ignores: ['**/dist/', '**/node_modules/', 'coverage/', 'data/', '.nx/'] },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.base],
    languageOptions: { parserOptions: { project: './tsconfig.specs.json', tsconfigRootDir: import.meta.dirname } },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': [
        'error',
        { checksVoidReturn: { arguments: false, attributes: false } },
      ],
      // One way to write each of these.
      '@typescript-eslint/array-type': ['error', { default: 'array' }],
      '@typescript-eslint/consistent-type-imports': [
        'error',
        { fixStyle: 'inline-type-imports', disallowTypeAnnotations: false },
      ],
      'no-duplicate-imports': 'error',
      'no-restricted-syntax': ['error', privateKeyword, writtenPattern, ...plainTexts],
      'no-warning-comments': ['error', { terms: avoidedWords, location: 'anywhere' }],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/only-throw-error': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-console': 'error',
      'no-restricted-exports': ['error', { restrictDefaultExports: { direct: true, named: true, defaultFrom: true } }],
      'no-restricted-imports': ['error', { patterns: testOnly }],
      'prefer-const': 'error',
    },
  },
  {
    files: tests,
    rules: {
      'no-restricted-imports': 'off',
      'no-restricted-syntax': ['error', privateKeyword, ...plainTexts],
      '@typescript-eslint/no-explicit-any': 'off',
    },
  },
  {
    files: ['**/*.ts', '**/*.mjs'],
    ignores: ['**/*.spec.ts'],
    plugins: { regexp },
    rules: {
      // Text from elsewhere meets most of them, and backtracking takes quadratic time or worse.
      'regexp/no-super-linear-backtracking': ['error', { report: 'certain' }],
      'regexp/no-super-linear-move': ['error', { report: 'certain', ignorePartial: false }],
    },
  },
  {
    // What talks to a person on the terminal.
    files: ['services/cli/src/**', 'services/standalone/src/**'],
    rules: { 'no-console': 'off' },
  },
  {
    files: ['**/*.mjs'],
    rules: {
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
    },
  },
);
