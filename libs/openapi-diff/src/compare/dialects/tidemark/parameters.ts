import type { Both } from '../../../both.js';
import { asArray, asObject, isObject, type Json, type JsonObject } from '../../../json.js';
import {
  keyOf,
  matchParameters,
  nameIn,
  type Parameter,
  type ParameterMatch,
  type Parameters,
} from '../../parameter.js';
import { typesOf } from '../../schema/types.js';
import type { Side } from '../../side.js';

/** Pairs parameters; an exploded object that only one side has stands for the parameters that it is written as. */
export const matchOnTheWire = (
  sides: Both<Side>,
  { before, after }: Both<Parameters>,
  renamed: ReadonlyMap<string, string>,
): ParameterMatch =>
  matchParameters({ before: spread(sides.before, before, after), after: spread(sides.after, after, before) }, renamed);

const spread = (side: Side, parameters: Parameters, others: Parameters): Parameters => {
  const out = new Map<string, Parameter>();
  for (const [key, parameter] of parameters) {
    const properties = others.has(key) ? undefined : explodedProperties(side, parameter);
    const isKnown = Object.keys(properties ?? {}).some((name) => others.has(keyOf(parameter.place, name)));
    if (properties === undefined || !isKnown) {
      out.set(key, parameter);
      continue;
    }
    const needed = asArray(side.nodeOf(parameter.node['schema'])['required']);
    for (const [name, schema] of Object.entries(properties)) {
      const isRequired = parameter.isRequired && needed.includes(name);
      const { required: _, description: _words, ...rest } = parameter.node;
      const node: JsonObject = { ...rest, ...(isRequired && { required: true }), schema };
      out.set(keyOf(parameter.place, nameIn(parameter.place, name)), { ...parameter, name, isRequired, node });
    }
  }
  return out;
};

const explodedProperties = (side: Side, { node, place }: Parameter): JsonObject | undefined => {
  const inForm = (place === 'query' || place === 'cookie') && (node['style'] ?? 'form') === 'form';
  if (!inForm || node['explode'] === false) return undefined;
  const { type, properties } = side.nodeOf(node['schema']);
  return type === 'object' && isObject(properties) ? properties : undefined;
};

/** The schemas of a parameter, where numbers and texts by name are written alike. */
export const asText = (sides: Both<Side>, schemas: Both<Json | undefined>): Both<Json | undefined> => {
  const nodes = { before: sides.before.nodeOf(schemas.before), after: sides.after.nodeOf(schemas.after) };
  const isText = { before: typesOf(nodes.before).join() === 'string', after: typesOf(nodes.after).join() === 'string' };
  if (isText.before === isText.after || !isNamed(nodes.before) || !isNamed(nodes.after)) return schemas;
  return isText.before
    ? { before: schemas.before, after: inText(nodes.after) }
    : { before: inText(nodes.before), after: schemas.after };
};

const isNamed = (schema: JsonObject): boolean => Array.isArray(asObject(schema)['enum']);

const inText = (schema: JsonObject): JsonObject => ({
  ...schema,
  type: 'string',
  enum: asArray(schema['enum']).map((value) => (value === null ? null : String(value))),
});
