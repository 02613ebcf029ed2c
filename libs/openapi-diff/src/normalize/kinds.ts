/** What a place in a description holds; decides how its keys are read. `names` is a list without order. */
export type Kind =
  | 'api'
  | 'paths'
  | 'pathItem'
  | 'operation'
  | 'parameter'
  | 'requestBody'
  | 'responses'
  | 'response'
  | 'header'
  | 'mediaType'
  | 'encoding'
  | 'callback'
  | 'schema'
  | 'components'
  | 'requirement'
  | 'names'
  | 'raw';

/** `one` value of a kind, a `map` of names to it, a `list` in order, or a `set` without order. */
export interface Field {
  readonly as: 'one' | 'map' | 'list' | 'set';
  readonly kind: Kind;
}

const one = (kind: Kind): Field => ({ as: 'one', kind });
const map = (kind: Kind): Field => ({ as: 'map', kind });
const list = (kind: Kind): Field => ({ as: 'list', kind });
const set = (kind: Kind): Field => ({ as: 'set', kind });

const RAW = one('raw');

const content = { content: map('mediaType') };

const fields: Partial<Record<Kind, Record<string, Field>>> = {
  api: {
    paths: one('paths'),
    webhooks: map('pathItem'),
    components: one('components'),
    security: set('requirement'),
    servers: set('raw'),
    tags: set('raw'),
  },
  operation: {
    parameters: set('parameter'),
    requestBody: one('requestBody'),
    responses: one('responses'),
    callbacks: map('callback'),
    security: set('requirement'),
    servers: set('raw'),
    tags: set('raw'),
  },
  parameter: { schema: one('schema'), ...content },
  header: { schema: one('schema'), ...content },
  requestBody: content,
  response: { headers: map('header'), ...content },
  mediaType: { schema: one('schema'), itemSchema: one('schema'), encoding: map('encoding') },
  encoding: { headers: map('header') },
  components: {
    schemas: map('schema'),
    responses: map('response'),
    parameters: map('parameter'),
    requestBodies: map('requestBody'),
    headers: map('header'),
    callbacks: map('callback'),
    pathItems: map('pathItem'),
    mediaTypes: map('mediaType'),
  },
  schema: {
    type: set('raw'),
    required: set('raw'),
    enum: set('raw'),
    allOf: set('schema'),
    oneOf: set('schema'),
    anyOf: set('schema'),
    prefixItems: list('schema'),
    not: one('schema'),
    items: one('schema'),
    contains: one('schema'),
    additionalProperties: one('schema'),
    unevaluatedProperties: one('schema'),
    unevaluatedItems: one('schema'),
    propertyNames: one('schema'),
    contentSchema: one('schema'),
    if: one('schema'),
    then: one('schema'),
    else: one('schema'),
    properties: map('schema'),
    patternProperties: map('schema'),
    dependentSchemas: map('schema'),
    $defs: map('schema'),
    dependentRequired: map('names'),
  },
};

/** How the value under `key` is read inside a `kind`. */
export const fieldOf = (kind: Kind, key: string): Field => {
  if (kind === 'raw') return RAW;
  if (kind === 'requirement') return one('names');
  if (kind === 'paths') return key.startsWith('x-') ? RAW : one('pathItem');
  if (kind === 'callback') return key.startsWith('x-') ? RAW : one('pathItem');
  if (kind === 'responses') return key.startsWith('x-') ? RAW : one('response');
  if (kind === 'pathItem') {
    if (key === 'parameters') return set('parameter');
    if (key === 'additionalOperations') return map('operation');
    return METHODS.has(key) ? one('operation') : RAW;
  }
  const known = fields[kind];
  return known !== undefined && Object.hasOwn(known, key) ? (known[key] as Field) : RAW;
};

export const METHODS: ReadonlySet<string> = new Set([
  'get',
  'put',
  'post',
  'delete',
  'options',
  'head',
  'patch',
  'trace',
  'query',
]);
