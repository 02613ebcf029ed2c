/**
 * The kind of a value in a description, for references: a `schema`; any other `object` of the specification;
 * a table from names to schemas or objects, whose keys have no meaning; a `discriminator`, with the references of its
 * `mapping`; or `data`, in which `$ref` is no reference.
 */
export type Place = 'schema' | 'object' | 'schemas' | 'objects' | 'discriminator' | 'mapping' | 'data';

const DATA = new Set(['example', 'examples', 'default', 'enum', 'const']);

const SCHEMA_TABLES = new Set(['properties', 'patternProperties', '$defs', 'definitions', 'dependentSchemas']);

const OBJECT_TABLES = new Set([
  'callbacks',
  'content',
  'encoding',
  'headers',
  'links',
  'mediaTypes',
  'parameters',
  'pathItems',
  'paths',
  'requestBodies',
  'responses',
  'securitySchemes',
  'webhooks',
]);

/** The place of the value under `key`, given the place of its parent. */
export function childPlace(place: Place, key: string, child: unknown): Place {
  if (place === 'schemas') return 'schema';
  if (place === 'objects') return 'object';
  if (place === 'discriminator') return key === 'mapping' ? 'mapping' : 'data';
  if (place === 'data' || place === 'mapping' || DATA.has(key) || key.startsWith('x-')) return 'data';
  if (place === 'schema')
    return SCHEMA_TABLES.has(key) ? 'schemas' : key === 'discriminator' ? 'discriminator' : 'schema';
  if (key === 'schema' || key === 'itemSchema' || key === 'items') return 'schema';
  if (key === 'schemas' || key === 'definitions') return 'schemas';
  // `parameters` is a table among the components, and a list in an operation.
  return OBJECT_TABLES.has(key) && !Array.isArray(child) ? 'objects' : 'object';
}
