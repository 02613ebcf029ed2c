/** Versions of a small API, each differing from the old one in one way. */
const api = (limit: object, more: object = {}) => ({
  openapi: '3.1.0',
  info: { title: 'pets', version: '1.0.0' },
  paths: {
    '/pets': {
      get: { parameters: [{ name: 'limit', in: 'query', ...limit }], responses: { 200: { description: 'ok' } } },
    },
    '/cats': { get: { responses: { 200: { description: 'ok' } } }, ...more },
  },
});
export const old = api({ schema: { type: 'integer' } });
export const breaking = api({ schema: { type: 'integer' }, required: true });
export const safe = api({ schema: { type: 'integer' } }, { post: { responses: { 200: { description: 'made' } } } });
export const signedIn = {
  ...old,
  security: [{ key: [] }],
  components: { securitySchemes: { key: { type: 'apiKey', in: 'header', name: 'k' } } },
};
