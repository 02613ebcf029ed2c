import { compare, parse, type CompareOptions, type Json, type JsonObject } from '../index.js';

/** An operation that has nothing but what is given, and a response. */
export const operation = (fields: JsonObject = {}): JsonObject => ({
  responses: { 200: { description: 'ok' } },
  ...fields,
});

/** A description of the given paths; its version is one that no policy judges. */
export const description = (paths: JsonObject, fields: JsonObject = {}): JsonObject => ({
  openapi: '3.1.0',
  info: { title: 'small', version: 'first' },
  paths,
  ...fields,
});

/** What oasdiff reports between two descriptions: `LEVEL rule METHOD path`, each once, sorted. */
export const oasdiffReport = (before: Json, after: Json, options: CompareOptions = {}): string[] => {
  const read = (document: Json) => parse(JSON.stringify(document));
  const { changes } = compare(read(before), read(after), {
    levels: 'oasdiff',
    perOperation: true,
    now: new Date('2026-06-01T12:00:00Z'),
    ...options,
  });
  const lines = changes.map(({ level, rule, operation: at }) =>
    [level, rule, ...(at === undefined ? [] : [at.method.toUpperCase(), at.path])].join(' '),
  );
  return [...new Set(lines)].sort();
};
