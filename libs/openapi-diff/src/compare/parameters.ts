import { asObject, asString, isObject, own, type Json, type JsonObject } from '../json.js';
import { isTyped } from './bodies.js';
import type { OperationRef } from './change.js';
import { child, type Comparison, type OperationPair } from './context.js';
import {
  matchParameters,
  readParameters,
  type Parameter,
  type ParameterPair,
  type Parameters,
} from './parameter-match.js';
import { judgeDeprecation, judgeRemoval, judgeSunsetMove } from './stability.js';
import { NOWHERE } from './schema/finding.js';

/** An operation with its path item. */
interface WithItem {
  readonly operation: JsonObject;
  readonly item: JsonObject;
}

/** Parameters of one operation, matched by place and name; path parameters also by position. */
export const compareParameters = (
  comparison: Comparison,
  pair: OperationPair,
  operations: { old: WithItem; now: WithItem; renamed: Map<string, string> },
): void => {
  const { field } = comparison;
  const all = {
    olds: readParameters(comparison.before, { ...operations.old, pointer: pair.pointer.before }, field),
    news: readParameters(comparison.after, { ...operations.now, pointer: pair.pointer.after }, field),
  };
  // oasdiff looks at the operation's own parameters; for those of the path, see `compareSharedParameters`.
  const told = field ? { olds: ownOnly(all.olds), news: ownOnly(all.news) } : all;
  const { both, removed, added } = matchParameters(comparison, told, operations.renamed);
  for (const old of removed) reportRemoved(comparison, pair, old);
  for (const parameters of both) compareParameter(comparison, pair, parameters);
  for (const now of added) reportAdded(comparison, pair, now);
};

/** A path on both sides, and the operations that it has now. */
interface SharedParameters {
  readonly old: Json;
  readonly now: Json | undefined;
  readonly renamed: Map<string, string>;
  /** Of the path as it is now. */
  readonly pointer: string;
  readonly operations: OperationRef[];
}

/**
 * What came newly into the parameters of a path, as oasdiff tells it: for each operation that the path has now, also
 * where the operation had the parameter before, or is new itself.
 */
export const compareSharedParameters = (
  comparison: Comparison,
  { old, now, renamed, pointer, operations }: SharedParameters,
): void => {
  const before = asObject(old);
  const after = asObject(now);
  if (before['parameters'] === after['parameters'] || after['parameters'] === undefined) return;
  const olds = readParameters(comparison.before, { operation: before, item: {}, pointer: '' }, true);
  const news = readParameters(comparison.after, { operation: after, item: {}, pointer }, true);
  const names = matchParameters(comparison, { olds, news }, renamed)
    .added.filter(({ place }) => place !== 'path')
    .map(({ name }) => name);
  for (const parameter of news.values()) {
    // It looks at the names only.
    if (!names.includes(parameter.name)) continue;
    const need = parameter.node['required'] === true ? 'required' : 'optional';
    for (const operation of operations)
      comparison.add(`new-${need}-request-default-parameter-to-existing-path`, {
        name: nameOf(parameter),
        operation,
        after: parameter.node,
        pointer: { after: child(pointer, 'parameters') },
      });
  }
};

const ownOnly = (parameters: Parameters): Parameters => new Map([...parameters].filter(([, { shared }]) => !shared));

const nameOf = (parameter: Parameter): string => `${parameter.place} parameter "${parameter.name}"`;

const reportAdded = (comparison: Comparison, pair: OperationPair, now: Parameter): void => {
  // oasdiff looks the parameter up by its name only.
  const { required } = comparison.field ? now.namesake : now.node;
  const need = required === true ? 'required' : 'optional';
  const rule =
    now.place === 'path'
      ? 'new-request-path-parameter'
      : now.shared
        ? (`new-${need}-request-default-parameter-to-existing-path` as const)
        : (`new-${need}-request-parameter` as const);
  comparison.add(rule, { name: nameOf(now), operation: pair.ref, after: now.node, pointer: { after: now.pointer } });
};

const reportRemoved = (comparison: Comparison, pair: OperationPair, old: Parameter): void => {
  const { verdict, text } = judgeRemoval(comparison.options, old.node);
  const rules = {
    undeprecated: 'request-parameter-removed',
    deprecated: 'request-parameter-removed-with-deprecation',
    unreadable: 'request-parameter-sunset-parse',
    early: 'request-parameter-removed-before-sunset',
    due: 'request-parameter-removed-after-sunset',
  } as const;
  const base = { name: nameOf(old), operation: pair.ref, before: old.node, pointer: { before: old.pointer } };
  comparison.add(rules[verdict], { ...base, ...(text === undefined ? {} : { texts: { before: text, after: text } }) });
};

const compareParameter = (comparison: Comparison, pair: OperationPair, parameters: ParameterPair): void => {
  const { old, now } = parameters;
  if (comparison.dirt.same(old.node, now.node)) return;
  const base = { name: nameOf(now), operation: pair.ref };
  const at = (key: string): { before: string; after: string } => ({
    before: child(old.pointer, key),
    after: child(now.pointer, key),
  });
  const was = old.node['required'] === true;
  const is = now.node['required'] === true;
  if (was !== is)
    comparison.add(is ? 'request-parameter-became-required' : 'request-parameter-became-optional', {
      ...base,
      pointer: at('required'),
    });
  if (old.node['description'] !== now.node['description']) {
    comparison.add('request-parameter-description-changed', {
      ...base,
      before: old.node['description'],
      after: now.node['description'],
      pointer: at('description'),
    });
  }
  const before = serialization(old);
  const after = serialization(now);
  if (before !== after)
    comparison.add('request-parameter-serialization-changed', { ...base, before, after, pointer: at('style') });
  compareDeprecation(comparison, pair, parameters);
  compareSchemas(comparison, pair, old, now);
};

const compareDeprecation = (comparison: Comparison, pair: OperationPair, { old, now }: ParameterPair): void => {
  const base = { name: nameOf(now), operation: pair.ref };
  const at = (key: string): { before: string; after: string } => ({
    before: child(old.pointer, key),
    after: child(now.pointer, key),
  });
  const was = old.node['deprecated'] === true;
  const is = now.node['deprecated'] === true;
  if (was && !is) comparison.add('request-parameter-reactivated', { ...base, pointer: at('deprecated') });
  if (!was && is && pair.level !== undefined) {
    const { verdict, text } = judgeDeprecation(comparison.options, now.node, pair.level);
    const rules = {
      plain: 'request-parameter-deprecated',
      'with-sunset': 'request-parameter-deprecated',
      missing: 'request-parameter-deprecated-sunset-missing',
      unreadable: 'request-parameter-sunset-parse',
      'too-small': 'request-parameter-sunset-date-too-small',
    } as const;
    comparison.add(rules[verdict], { ...base, after: text, pointer: at('deprecated') });
  }
  const moved = is ? judgeSunsetMove(comparison.options, old.node, now.node, pair.level) : undefined;
  if (moved === undefined) return;
  const rules = {
    deleted: 'request-parameter-sunset-deleted',
    unreadable: 'request-parameter-sunset-parse',
    'too-small': 'request-parameter-sunset-date-changed-too-small',
  } as const;
  comparison.add(rules[moved], {
    ...base,
    before: old.node['x-sunset'],
    after: now.node['x-sunset'],
    pointer: at('x-sunset'),
  });
};

const compareSchemas = (comparison: Comparison, pair: OperationPair, old: Parameter, now: Parameter): void => {
  const use = {
    operation: pair.ref,
    direction: 'request',
    scope: 'parameter',
    area: 'parameters',
    subject: nameOf(now),
    level: pair.level,
    place: now.place,
    alwaysGiven: old.node['required'] === true || now.node['required'] === true,
    repeats: repeats(now),
  } as const;
  const pointer = { before: child(old.pointer, 'schema'), after: child(now.pointer, 'schema') };
  const edge = comparison.graph.edge(old.node['schema'], now.node['schema'], NOWHERE);
  if (edge !== undefined && old.node['schema'] !== undefined && now.node['schema'] !== undefined)
    comparison.uses.add(edge, { ...use, typed: false, pointer });
  if (comparison.field) return;
  const olds = asObject(old.node['content']);
  const news = asObject(now.node['content']);
  for (const type of Object.keys(olds).sort()) {
    const before = own(olds, type);
    const after = own(news, type);
    if (!isObject(before) || !isObject(after)) continue;
    const inContent = comparison.graph.edge(before['schema'], after['schema'], NOWHERE);
    const places = {
      before: child(old.pointer, 'content', type, 'schema'),
      after: child(now.pointer, 'content', type, 'schema'),
    };
    if (inContent !== undefined) comparison.uses.add(inContent, { ...use, typed: isTyped(type), pointer: places });
  }
};

/** How a value is written, with the defaults of the specification filled in. */
const serialization = ({ node, place }: Parameter): string => {
  const style = styleOf(node, place);
  const explode: Json = node['explode'] ?? style === 'form';
  return `style ${style}, ${explode === true ? 'exploded' : 'not exploded'}${node['allowReserved'] === true ? `, reserved characters allowed` : ''}`;
};

const styleOf = (node: JsonObject, place: string): string =>
  asString(node['style']) ?? (place === 'query' || place === 'cookie' ? 'form' : 'simple');

/** Whether an array is written as the repeated parameter, so that one value is an array of one. */
const repeats = ({ node, place }: Parameter): boolean => {
  const style = styleOf(node, place);
  return style === 'form' && (node['explode'] ?? true) === true;
};
