import type { FieldType } from './field-type.js';
import { descriptionOf, fieldsOf, nameOf, type Field, type Shape } from './shape.js';

export type JsonSchema = { readonly [key: string]: unknown };

export interface SchemaOptions {
  /** Whether objects have no other fields than those that are declared. */
  readonly closed: boolean;
}

const REFS = '#/components/schemas/';

/** JSON Schemas (2020-12) of all shapes that the types refer to, by name, for the components of an API document. */
export function componentsOf(types: Iterable<FieldType>, options: SchemaOptions): { [name: string]: JsonSchema } {
  const found = new Map<string, JsonSchema>();
  const add = (type: FieldType): void => {
    if (type.kind === 'list' || type.kind === 'map') add(type.of);
    if (type.kind === 'either') type.of.forEach(add);
    if (type.kind === 'record') Object.values(type.of).forEach(add);
    if (type.kind === 'word' && type.name !== undefined) found.set(type.name, wordSchema(type.words));
    if (type.kind === 'shape') addShape(type.shape());
  };
  const addShape = (shape: Shape): void => {
    if (found.has(nameOf(shape))) return;
    found.set(nameOf(shape), schemaOf(shape, options));
    for (const { type } of fieldsOf(shape).values()) add(type);
  };
  for (const type of types) add(type);
  return Object.fromEntries([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** JSON Schema of one shape; others are referred to. */
export function schemaOf(shape: Shape, { closed }: SchemaOptions): JsonSchema {
  const fields = [...fieldsOf(shape)];
  const required = fields.filter(([, { optional }]) => !optional).map(([name]) => name);
  const description = descriptionOf(shape);
  return {
    type: 'object',
    ...(description && { description }),
    ...(required.length > 0 && { required }),
    ...(closed && { additionalProperties: false }),
    properties: Object.fromEntries(fields.map(([name, field]) => [name, fieldSchema(field)])),
  };
}

export function fieldSchema({ type, nullable, description, example, default: fallback }: Field): JsonSchema {
  const schema = typeSchema(type);
  const said = {
    ...(description && { description }),
    ...(example !== undefined && { example }),
    ...(fallback !== undefined && { default: fallback }),
  };
  if (nullable && '$ref' in schema) return { anyOf: [schema, { type: 'null' }], ...said };
  if (!nullable) return { ...schema, ...said };
  const { enum: words } = schema as { enum?: readonly string[] };
  return { ...schema, type: [schema['type'], 'null'], ...(words && { enum: [...words, null] }), ...said };
}

export function typeSchema(type: FieldType): JsonSchema {
  switch (type.kind) {
    case 'text':
      return { type: 'string', ...limits({ minLength: type.min || undefined, maxLength: type.max }) };
    case 'instant':
      return { type: 'string', format: 'date-time' };
    case 'word':
      return type.name === undefined ? wordSchema(type.words) : { $ref: `${REFS}${type.name}` };
    case 'number':
      return { type: type.whole ? 'integer' : 'number', ...limits({ minimum: type.min, maximum: type.max }) };
    case 'flag':
      return { type: 'boolean' };
    case 'object':
      return { type: 'object', additionalProperties: true };
    case 'any':
      return { anyOf: ['object', 'array', 'string', 'number', 'boolean', 'null'].map((name) => ({ type: name })) };
    case 'shape':
      return { $ref: `${REFS}${nameOf(type.shape())}` };
    case 'list':
      return { type: 'array', items: typeSchema(type.of), ...limits({ minItems: type.min }) };
    case 'either':
      return { oneOf: type.of.map(typeSchema) };
    case 'record':
      return {
        type: 'object',
        required: Object.keys(type.of),
        additionalProperties: false,
        properties: Object.fromEntries(Object.entries(type.of).map(([name, one]) => [name, typeSchema(one)])),
      };
    case 'map':
      return { type: 'object', additionalProperties: typeSchema(type.of) };
  }
}

const wordSchema = (words: readonly string[]): JsonSchema => ({ type: 'string', enum: words });

const limits = (values: { readonly [name: string]: number | undefined }) =>
  Object.fromEntries(Object.entries(values).filter(([, limit]) => limit !== undefined));
