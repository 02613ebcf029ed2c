import type { Both } from '../both.js';
import type { OperationRef } from '../change.js';
import { asObject, asString, isObject, own, type JsonObject } from '../json.js';
import { child, inside } from '../pointers.js';
import type { Comparison, Details, OperationPair } from './comparison.js';
import { reportDeprecation } from './lifecycle.js';
import type { Parameter } from './parameter.js';
import { typesOf } from './schema/types.js';
import type { SchemaUse } from './schema/uses.js';
import { judgeRemoval } from './stability.js';

/** Parameters of one operation, matched by place and name; path parameters also by position. */
export const compareParameters = (
  comparison: Comparison,
  pair: OperationPair,
  operations: Both<{ readonly operation: JsonObject; readonly item: JsonObject }>,
  renamed: ReadonlyMap<string, string>,
): void => {
  const { before, after, dialect } = comparison;
  const parameters = {
    before: dialect.readParameters(before, { ...operations.before, pointer: pair.pointer.before }),
    after: dialect.readParameters(after, { ...operations.after, pointer: pair.pointer.after }),
  };
  const { both, removed, added } = dialect.matchParameters(comparison, parameters, renamed);
  for (const parameter of removed) {
    const owner = parameter.isShared ? ownerOf(pair, parameter) : undefined;
    comparison.ownedBy({ before: owner, after: owner }, () => reportRemoved(comparison, pair, parameter));
  }
  for (const parameter of both) {
    const owners = { before: ownerOf(pair, parameter.before), after: ownerOf(pair, parameter.after) };
    comparison.ownedBy(owners, () => compareParameter(comparison, pair, parameter));
  }
  for (const parameter of added) {
    const owner = parameter.isShared ? ownerOf(pair, parameter) : undefined;
    comparison.ownedBy({ before: owner, after: owner }, () => reportAdded(comparison, pair, parameter));
  }
};

/** Reports parameters that are new to a path, for each of its operations. */
export const reportAddedToPath = (
  comparison: Comparison,
  parameters: readonly Parameter[],
  { pointer, operations }: { readonly pointer: string; readonly operations: readonly OperationRef[] },
): void => {
  for (const parameter of parameters)
    for (const operation of operations)
      comparison.add(`new-${needOf(parameter)}-request-default-parameter-to-existing-path`, {
        name: nameOf(parameter),
        operation,
        after: parameter.node,
        pointer: { after: child(pointer, 'parameters') },
      });
};

/** What a parameter belongs to beside its operation: the component that it is, or the whole path. */
const ownerOf = ({ ref: { path } }: OperationPair, { ref, isShared, place, name }: Parameter): string | undefined =>
  ref ?? (isShared ? `${path} ${place} ${name}` : undefined);

const needOf = ({ isRequired }: Parameter): 'required' | 'optional' => (isRequired ? 'required' : 'optional');

const nameOf = ({ place, name }: Parameter): string => `${place} parameter "${name}"`;

const reportAdded = (comparison: Comparison, pair: OperationPair, parameter: Parameter): void => {
  const { place, isShared, node, pointer } = parameter;
  const need = needOf(parameter);
  const rule =
    place === 'path'
      ? 'new-request-path-parameter'
      : isShared
        ? (`new-${need}-request-default-parameter-to-existing-path` as const)
        : (`new-${need}-request-parameter` as const);
  comparison.add(rule, { name: nameOf(parameter), operation: pair.ref, after: node, pointer: { after: pointer } });
};

const reportRemoved = (comparison: Comparison, pair: OperationPair, parameter: Parameter): void => {
  const { node, pointer } = parameter;
  const { verdict, text } = judgeRemoval(comparison.options, node);
  const rules = {
    undeprecated: 'request-parameter-removed',
    deprecated: 'request-parameter-removed-with-deprecation',
    unreadable: 'request-parameter-sunset-parse',
    early: 'request-parameter-removed-before-sunset',
    due: 'request-parameter-removed-after-sunset',
  } as const;
  const base = { name: nameOf(parameter), operation: pair.ref, before: node, pointer: { before: pointer } };
  comparison.add(rules[verdict], { ...base, texts: text === undefined ? undefined : { before: text, after: text } });
};

const compareParameter = (comparison: Comparison, pair: OperationPair, parameter: Both<Parameter>): void => {
  const nodes = { before: parameter.before.node, after: parameter.after.node };
  if (comparison.changed.isUnchanged(nodes.before, nodes.after)) return;
  const base = { name: nameOf(parameter.after), operation: pair.ref };
  const pointer = { before: parameter.before.pointer, after: parameter.after.pointer };
  const names = { before: parameter.before.name, after: parameter.after.name };
  if (parameter.after.place === 'path' && names.before !== names.after)
    comparison.add('path-parameter-renamed', { operation: pair.ref, ...names, pointer: inside(pointer, 'name') });
  const isRequired = nodes.after['required'] === true;
  if ((nodes.before['required'] === true) !== isRequired) {
    const rule = isRequired ? 'request-parameter-became-required' : 'request-parameter-became-optional';
    comparison.add(rule, { ...base, pointer: inside(pointer, 'required') });
  }
  const words = { before: nodes.before['description'], after: nodes.after['description'] };
  if (words.before !== words.after) {
    const at = inside(pointer, 'description');
    comparison.add('request-parameter-description-changed', { ...base, ...words, pointer: at });
  }
  const isPlain = [comparison.before.nodeOf(nodes.before['schema']), comparison.after.nodeOf(nodes.after['schema'])];
  const kind = isPlain.some((schema) => isOrMay(schema, 'object'))
    ? 'object'
    : isPlain.some((schema) => isOrMay(schema, 'array'))
      ? 'array'
      : 'value';
  const forms = { before: serialization(parameter.before, kind), after: serialization(parameter.after, kind) };
  if (forms.before !== forms.after)
    comparison.add('request-parameter-serialization-changed', { ...base, ...forms, pointer: inside(pointer, 'style') });
  compareEmptyValue(comparison, nodes, parameter.after, { ...base, pointer: inside(pointer, 'allowEmptyValue') });
  reportDeprecation(comparison, pair, nodes, {
    base,
    pointer,
    reactivated: 'request-parameter-reactivated',
    deprecated: {
      plain: 'request-parameter-deprecated',
      'with-sunset': 'request-parameter-deprecated',
      missing: 'request-parameter-deprecated-sunset-missing',
      unreadable: 'request-parameter-sunset-parse',
      'too-small': 'request-parameter-sunset-date-too-small',
    },
    moved: {
      deleted: 'request-parameter-sunset-deleted',
      unreadable: 'request-parameter-sunset-parse',
      'too-small': 'request-parameter-sunset-date-changed-too-small',
    },
  });
  compareSchemas(comparison, pair, parameter);
};

/** Whether a parameter may be given without a value, which only counts in a query. */
const compareEmptyValue = (
  comparison: Comparison,
  nodes: Both<JsonObject>,
  { place }: Parameter,
  details: Details,
): void => {
  const [before, after] = [nodes.before['allowEmptyValue'] === true, nodes.after['allowEmptyValue'] === true];
  if (place === 'query' && before !== after)
    comparison.add(`request-parameter-empty-value-${after ? 'allowed' : 'refused'}`, details);
};

const isOrMay = (schema: JsonObject, type: 'object' | 'array'): boolean => {
  const types = typesOf(schema);
  return types.length === 0 ? schema['properties'] !== undefined || schema['enum'] === undefined : types.includes(type);
};

const compareSchemas = (comparison: Comparison, pair: OperationPair, { before, after }: Both<Parameter>): void => {
  const { dialect } = comparison;
  const use: Omit<SchemaUse, 'typed' | 'pointer'> = {
    operation: pair.ref,
    direction: 'request',
    scope: 'parameter',
    area: 'parameters',
    subject: nameOf(after),
    level: pair.level,
    place: after.place,
    alwaysGiven: before.node['required'] === true || after.node['required'] === true,
    repeats: repeats(after),
  };
  const pointer = { before: before.pointer, after: after.pointer };
  const schemas = { before: before.node['schema'], after: after.node['schema'] };
  const formats = { before: formatOf(before.node), after: formatOf(after.node) };
  if (formats.before !== formats.after && !dialect.overlooks.has('parameter-content')) {
    const texts = { before: formats.before ?? 'a plain value', after: formats.after ?? 'a plain value' };
    const details = { name: nameOf(after), operation: pair.ref, texts, pointer };
    comparison.add('request-parameter-format-changed', details);
    return;
  }
  if (schemas.before !== undefined && schemas.after !== undefined)
    comparison.compareSchemas(dialect.parameterSchemas?.(comparison, schemas) ?? schemas, {
      ...use,
      typed: false,
      pointer: inside(pointer, 'schema'),
    });
  if (dialect.overlooks.has('parameter-content')) return;
  const contents = { before: asObject(before.node['content']), after: asObject(after.node['content']) };
  for (const type of Object.keys(contents.before).sort()) {
    const [mediaBefore, mediaAfter] = [own(contents.before, type), own(contents.after, type)];
    if (!isObject(mediaBefore) || !isObject(mediaAfter)) continue;
    const at = inside(pointer, 'content', type, 'schema');
    const inContent = { before: mediaBefore['schema'], after: mediaAfter['schema'] };
    comparison.compareSchemas(inContent, { ...use, typed: dialect.isTyped(type), pointer: at });
  }
};

/** The media type that a parameter is written in, if any. */
const formatOf = (node: JsonObject): string | undefined => Object.keys(asObject(node['content']))[0]?.toLowerCase();

/** How a value is written, with the defaults of the specification filled in. */
const serialization = ({ node, place }: Parameter, kind: 'object' | 'array' | 'value'): string => {
  const style = styleOf(node, place);
  // One value is written alike, and so is a list that is parted by commas in either way.
  const isAlike = kind === 'value' || (kind === 'array' && style === 'simple');
  const explode = (node['explode'] ?? style === 'form') === true ? ', exploded' : ', not exploded';
  return `style ${style}${isAlike ? '' : explode}${node['allowReserved'] === true ? ', reserved characters allowed' : ''}`;
};

const styleOf = (node: JsonObject, place: string): string =>
  asString(node['style']) ?? (place === 'query' || place === 'cookie' ? 'form' : 'simple');

/** Whether an array is written as the repeated parameter, so that one value is an array of one. */
const repeats = ({ node, place }: Parameter): boolean =>
  styleOf(node, place) === 'form' && (node['explode'] ?? true) === true;
