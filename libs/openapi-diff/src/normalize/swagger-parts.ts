import { asArray, asObject, asString, type Json, type JsonObject } from '../json.js';

const SCHEMA_KEYS = [
  'type',
  'format',
  'items',
  'default',
  'maximum',
  'exclusiveMaximum',
  'minimum',
  'exclusiveMinimum',
  'maxLength',
  'minLength',
  'pattern',
  'maxItems',
  'minItems',
  'uniqueItems',
  'enum',
  'multipleOf',
  'x-nullable',
] as const;

export const splitSchema = (node: JsonObject): { schema: JsonObject; rest: JsonObject } => {
  const schema: JsonObject = {};
  const rest: JsonObject = {};
  for (const [key, value] of Object.entries(node)) {
    if ((SCHEMA_KEYS as readonly string[]).includes(key)) schema[key] = value;
    else rest[key] = value;
  }
  return { schema: fileAsBinary(schema), rest };
};

const fileAsBinary = (schema: JsonObject): JsonObject =>
  schema['type'] === 'file' ? { ...schema, type: 'string', format: 'binary' } : schema;

export const formSchema = (
  parameters: JsonObject[],
): { schema: JsonObject; required?: true; encoding?: JsonObject } => {
  const properties: JsonObject = {};
  const required: string[] = [];
  const encoding: JsonObject = {};
  for (const parameter of parameters) {
    const name = asString(parameter['name']) ?? '';
    const { schema, rest } = splitSchema(parameter);
    const { in: _in, name: _name, required: needed, collectionFormat: format, ...described } = rest;
    const style = serialization(asString(format), schema['type'], 'formData');
    if (Object.keys(style).length > 0) encoding[name] = style;
    properties[name] = { ...schema, ...described };
    if (needed === true) required.push(name);
  }
  const schema = { type: 'object', properties, ...(required.length === 0 ? {} : { required }) };
  return {
    schema,
    ...(required.length > 0 && { required: true }),
    ...(Object.keys(encoding).length > 0 && { encoding }),
  };
};

export const serialization = (
  format: string | undefined,
  type: Json | undefined,
  place: string | undefined,
): JsonObject => {
  if (type !== 'array') return {};
  const simple = place === 'path' || place === 'header';
  switch (format) {
    case 'multi':
      return { style: 'form', explode: true };
    case 'ssv':
      return { style: 'spaceDelimited', explode: false };
    case 'tsv':
      return { style: 'tabDelimited', explode: false };
    case 'pipes':
      return { style: 'pipeDelimited', explode: false };
    default:
      return simple ? { style: 'simple' } : { style: 'form', explode: false };
  }
};

export const servers = (host: Json | undefined, basePath: Json | undefined, schemes: Json | undefined): JsonObject => {
  if (host === undefined && basePath === undefined) return {};
  const path = asString(basePath) ?? '';
  const domain = asString(host);
  if (domain === undefined) return { servers: [{ url: path === '' ? '/' : path }] };
  const names = asArray(schemes).filter((scheme) => typeof scheme === 'string');
  return {
    servers: (names.length === 0 ? ['https'] : names).map((scheme) => ({ url: `${scheme}://${domain}${path}` })),
  };
};

export const securityScheme = (value: Json | undefined): Json => {
  const { type, flow, authorizationUrl, tokenUrl, scopes, ...rest } = asObject(value);
  if (type === 'basic') return { type: 'http', scheme: 'basic', ...rest };
  if (type !== 'oauth2') return value ?? {};
  const name =
    flow === 'application'
      ? 'clientCredentials'
      : flow === 'accessCode'
        ? 'authorizationCode'
        : (asString(flow) ?? 'implicit');
  return {
    type,
    ...rest,
    flows: {
      [name]: {
        ...(authorizationUrl !== undefined && { authorizationUrl }),
        ...(tokenUrl !== undefined && { tokenUrl }),
        scopes: scopes ?? {},
      },
    },
  };
};

export const extensions = (node: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(node).filter(([key]) => key.startsWith('x-')));

export const mapValues = (
  table: Json | undefined,
  change: (value: Json | undefined, key: string) => Json,
): JsonObject => Object.fromEntries(Object.entries(asObject(table)).map(([key, value]) => [key, change(value, key)]));
