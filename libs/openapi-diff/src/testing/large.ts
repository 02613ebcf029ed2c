import type { JsonObject } from '../json.js';

/** A description of about so many bytes as JSON; `edition` says which version of it, and half of its schemas differ between two. */
export const largeApi = (bytes: number, edition: number): JsonObject => {
  const paths: JsonObject = {};
  const schemas: JsonObject = {};
  // A path and its schema take about 1,300 bytes.
  for (let index = 0; index < bytes / 1300; index++) {
    const $ref = `#/components/schemas/Thing${index}`;
    const content = { 'application/json': { schema: { $ref } } };
    const responses = { 200: { description: `thing ${index}, or what is left of it`, content } };
    const id = { name: 'id', in: 'path', required: true, schema: { type: 'string' } };
    const text = `Reads, replaces or forgets thing ${index} and all that belongs to it. `.repeat(4);
    paths[`/things/${index}/{id}`] = {
      parameters: [id],
      get: { operationId: `get${index}`, description: text, responses },
      put: { operationId: `put${index}`, requestBody: { content }, responses },
    };
    schemas[`Thing${index}`] = {
      type: 'object',
      description: text,
      properties: {
        id: { type: 'string' },
        size: { type: 'integer', maximum: index + (index % 2) * edition },
        other: { $ref: `#/components/schemas/Thing${index - (index % 10)}` },
      },
    };
  }
  return { openapi: '3.1.0', info: { title: 'things', version: `${edition}.0.0` }, paths, components: { schemas } };
};
