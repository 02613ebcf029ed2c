import { expect } from '@jest/globals';
import type { JsonObject } from '../index.js';
import { changesBetween } from './api.js';

/** Where the schema stands: as a body, as a property of one, or as the schema of a parameter or header. */
type Place = 'request' | 'response' | 'request property' | 'response property' | 'query' | 'in header' | 'header';

interface Given {
  version?: string;
  media?: string;
  schemas?: JsonObject;
  /** The components after, when they are not those before. */
  schemasAfter?: JsonObject;
  operation?: JsonObject;
}

const api = (place: Place, schema: JsonObject, given: Given): JsonObject => {
  const body = place.endsWith('property') ? { type: 'object', properties: { p: schema } } : schema;
  const content = { [given.media ?? 'application/json']: { schema: body } };
  const ok: JsonObject = { description: 'ok' };
  const post: JsonObject = { ...given.operation, responses: { 200: ok } };
  if (place.startsWith('request')) post['requestBody'] = { content };
  if (place.startsWith('response')) ok['content'] = content;
  if (place === 'header') ok['headers'] = { H: { schema } };
  if (place === 'query' || place === 'in header')
    post['parameters'] = [{ name: 'q', in: place === 'query' ? 'query' : 'header', schema }];
  return {
    openapi: given.version ?? '3.1.0',
    info: { title: 't', version: '1' },
    paths: { '/x': { post } },
    components: { schemas: given.schemas ?? {} },
  };
};

/** The rules that oasdiff reports, without repetition. */
export const reported = (place: Place, before: JsonObject, after: JsonObject, given: Given = {}): string => {
  const changes = changesBetween(
    api(place, before, given),
    api(place, after, { ...given, schemas: given.schemasAfter ?? given.schemas ?? {} }),
    {
      levels: 'oasdiff',
      perOperation: true,
    },
  );
  return [...new Set(changes.map(({ rule }) => rule))].sort().join(' ');
};

export type Row = [what: string, place: Place, before: JsonObject, after: JsonObject, rules: string, given?: Given];

/** Checks what oasdiff reports of a schema at a place. */
export const check = (...[, place, before, after, rules, given]: Row): void => {
  expect(reported(place, before, after, given)).toBe(rules);
};
