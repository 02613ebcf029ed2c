import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { configProblems } from '@tidemark/connector-sdk/manifest';
import { connectors } from './connectors.js';

const SDK = '@tidemark/connector-sdk/manifest';
const sdk = join(import.meta.dirname, '../../connector-sdk/src/manifest/index.ts');

/** All modules that a module loads before it is called, itself included; type-only imports load nothing. */
function loaded(file: string, seen = new Set<string>()): Set<string> {
  if (seen.has(file)) return seen;
  seen.add(file);
  const source = readFileSync(file, 'utf8');
  const imports = /^(?:import|export) (?!type )[^;]*?from '([^']+)';|await import\('([^']+)'\)/gm;
  for (const [, from = '', awaited = from] of source.matchAll(imports)) {
    if (awaited === SDK) loaded(sdk, seen);
    else if (awaited.startsWith('.')) loaded(join(dirname(file), awaited.replace(/\.js$/, '.ts')), seen);
    else seen.add(awaited);
  }
  return seen;
}

describe('the connectors', () => {
  it('load no I/O until one is needed, and no packages except those that validate configs', () => {
    const modules = [...loaded(join(import.meta.dirname, 'connectors.ts'))];
    expect(modules.filter((name) => name.endsWith('.manifest.ts'))).toHaveLength(connectors.size);
    expect(modules.filter((name) => !name.startsWith('/')).sort()).toEqual(['@jmespath-community/jmespath', 'zod']);
  });

  it.each([...connectors])('load the code that belongs to the manifest of %s', async (name, { manifest, load }) => {
    expect(manifest.name).toBe(name);
    expect((await load()).manifest).toBe(manifest);
  });
});

describe('the config of noop', () => {
  const problemsOf = (config: unknown) => configProblems(connectors.get('noop')!.manifest, config);

  it('is empty', () => {
    expect(problemsOf({})).toEqual([]);
    expect(problemsOf({ url: 1 })).toEqual([{ field: 'url', message: 'is not known' }]);
    for (const config of [undefined, null, [], 'text'])
      expect(problemsOf(config)).toEqual([{ field: 'config', message: 'must be an object' }]);
  });
});
