/** A small description with a bit of everything. `version` changes `info.version`, and the number of operations. */
export function petstore(version = 1) {
  return {
    openapi: '3.0.3',
    info: { title: 'Pet store', version: `${version}.0.0` },
    paths: {
      '/pets': {
        get: {
          operationId: 'listPets',
          parameters: [
            { name: 'limit', in: 'query', schema: { type: 'integer' } },
            { name: 'tag', in: 'query', schema: { type: 'string', enum: ['cat', 'dog'] } },
          ],
          responses: { '200': { description: 'pets', content: { 'application/json': { schema: ref('Pets') } } } },
        },
        ...(version > 1 && { post: { operationId: 'addPet', responses: { '201': { description: 'added' } } } }),
      },
    },
    components: {
      schemas: {
        Pets: { type: 'array', items: ref('Pet') },
        Pet: {
          type: 'object',
          required: ['id', 'name'],
          properties: { id: { type: 'integer' }, name: { type: 'string' } },
        },
      },
    },
  };
}

const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` });

/** The same value with the keys of every object in reverse order. */
export function reversed<T>(value: T): T {
  if (Array.isArray(value)) return value.map(reversed) as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, child]) => [key, reversed(child)]),
  ) as T;
}
