const operation = { responses: { '200': { description: 'well' } } };

/** Any two versions differ: each has an operation of its own and a common one. */
export const described = (version: number) => ({
  openapi: '3.1.0',
  info: { title: 'Harbour', version: `${version}.0.0` },
  paths: { '/berths': { get: operation }, [`/pilots/v${version}`]: { get: operation } },
});

/** A small API; each path has a GET that answers with an object of these properties. */
export const apiOf = (version: string, paths: Readonly<Record<string, readonly string[]>>) => ({
  openapi: '3.0.3',
  info: { title: 'Billing', version },
  paths: Object.fromEntries(Object.entries(paths).map(([path, names]) => [path, { get: answering(names) }])),
});

const answering = (names: readonly string[]) => {
  const properties = Object.fromEntries(names.map((name) => [name, { type: 'string' }]));
  const schema = { type: 'object', properties, required: names };
  return { responses: { 200: { description: 'ok', content: { 'application/json': { schema } } } } };
};
