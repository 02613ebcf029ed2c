import type { Change, JsonObject } from '../index.js';
import { changesBetween } from './api.js';

/** Where a schema stands: what callers send, what they read, or a query parameter. */
export type Place = 'sent' | 'read' | 'query';

const described = (place: Place, schema: JsonObject, schemas: JsonObject, version: string): JsonObject => {
  const content = { 'application/json': { schema } };
  const operation: JsonObject = { responses: { 200: { description: 'ok', ...(place === 'read' && { content }) } } };
  if (place === 'sent') operation['requestBody'] = { content };
  if (place === 'query') operation['parameters'] = [{ name: 'q', in: 'query', schema }];
  return {
    openapi: version,
    info: { title: 'judged', version: 'first' },
    paths: { '/x': { post: operation } },
    components: { schemas },
  };
};

export interface Around {
  readonly schemas?: JsonObject;
  /** The components after, when they are not those before. */
  readonly schemasAfter?: JsonObject;
  readonly version?: string;
}

/** The changes that a caller of a schema sees when it changed at a place. */
export const judged = (place: Place, before: JsonObject, after: JsonObject, around: Around = {}): Change[] => {
  const { schemas = {}, schemasAfter = schemas, version = '3.1.0' } = around;
  return changesBetween(described(place, before, schemas, version), described(place, after, schemasAfter, version));
};

/** The same as `severity message`, sorted. */
export const reported = (...given: Parameters<typeof judged>): string[] => {
  const changes = judged(...given);
  return changes.map(({ severity, message }) => `${severity} ${message}`).sort();
};

/** The severities alone, worst first, joined; empty when nothing is reported. */
export const severities = (...given: Parameters<typeof reported>): string =>
  reported(...given)
    .map((line) => line.split(' ', 1)[0] as string)
    .join(' ');
