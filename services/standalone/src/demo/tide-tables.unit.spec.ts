import { describe, expect, it } from '@jest/globals';
import type { Json } from '@tidemark/foundation';
import { edition } from './tide-tables.js';

const editions = Array.from({ length: 20 }, (_, n) => edition(n));

interface Operation {
  readonly operationId: string;
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly required?: boolean }[];
  readonly responses: Readonly<Record<string, { readonly description: string }>>;
}

const operationsOf = (document: unknown) =>
  Object.entries((document as { paths: Record<string, Record<string, Operation>> }).paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({ path, method, operation })),
  );

/** All values of `$ref` in a document. */
const refs = (value: Json): string[] =>
  typeof value !== 'object' || value === null
    ? []
    : Object.entries(value).flatMap(([key, child]) => (key === '$ref' ? [child as string] : refs(child)));

const target = (document: unknown, pointer: string) =>
  pointer
    .slice(2)
    .split('/')
    .reduce<unknown>((node, key) => (node as Record<string, unknown> | undefined)?.[key], document);

describe('the editions of the sample API', () => {
  it('have growing version numbers', () => {
    expect(editions.slice(0, 6).map(({ version }) => version)).toEqual([
      '1.0.0',
      '1.1.0',
      '2.0.0',
      '2.1.0',
      '3.0.0',
      '3.1.0',
    ]);
    expect(new Set(editions.map(({ version }) => version)).size).toBe(editions.length);
  });

  it('differ from the one before in more than the version', () => {
    const withoutVersion = editions.map(({ document }) => JSON.stringify({ ...document, info: null }));
    for (let n = 1; n < editions.length; n++) expect(withoutVersion[n]).not.toBe(withoutVersion[n - 1]);
  });

  it('are the same on every call', () => {
    expect(edition(7)).toEqual(editions[7]);
    expect(edition(0)).toEqual(editions[0]);
  });

  it('add, then break', () => {
    const operations = editions
      .slice(0, 3)
      .map(({ document }) => operationsOf(document).map(({ method, path }) => `${method} ${path}`));
    expect(operations[1]).toEqual([...operations[0]!, 'get /stations/{stationId}/currents']);
    expect(operations[2]).not.toContain('get /stations/{stationId}/forecast');
    expect(target(editions[2]!.document, '#/components/schemas/Alert/required')).toEqual(['station', 'email']);
    expect(target(editions[2]!.document, '#/components/schemas/Alert/properties/tides/enum')).toEqual(['high', 'low']);
    expect(target(editions[1]!.document, '#/components/schemas/Tide/properties/height')).toEqual({ type: 'number' });
    expect(target(editions[2]!.document, '#/components/schemas/Tide/properties/height')).toEqual({ type: 'string' });
  });

  it.each(editions.map(({ version, document }) => [version, document] as const))(
    '%s is a valid description',
    (version, document) => {
      expect(document).toMatchObject({ openapi: '3.1.0', info: { title: 'Tide tables', version } });
      for (const pointer of refs(document))
        expect([pointer, target(document, pointer)]).toEqual([pointer, expect.anything()]);
      const operations = operationsOf(document);
      expect(new Set(operations.map(({ operation }) => operation.operationId)).size).toBe(operations.length);
      for (const { path, operation } of operations) {
        const inPath = (operation.parameters ?? []).filter((parameter) => parameter.in === 'path');
        expect(inPath.map(({ name }) => `{${name}}`)).toEqual(path.match(/\{\w+\}/g) ?? []);
        expect(inPath.every(({ required }) => required)).toBe(true);
        expect(Object.values(operation.responses).every(({ description }) => description)).toBe(true);
        expect(Object.keys(operation.responses)).not.toEqual([]);
      }
    },
  );
});
