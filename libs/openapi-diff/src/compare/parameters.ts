import { asArray, asObject, asString, isObject, own } from '../json.js';
import type { Json, JsonObject } from '../json.js';
import { isTyped } from './bodies.js';
import { child } from './context.js';
import type { Comparison, OperationPair } from './context.js';
import type { Side } from './side.js';

interface Parameter {
  node: JsonObject;
  name: string;
  place: string;
  pointer: string;
}

/** Parameters of one operation, matched by place and name; path parameters also by position. */
export function compareParameters(
  comparison: Comparison,
  pair: OperationPair,
  operations: { old: JsonObject; now: JsonObject; renamed: Map<string, string> },
): void {
  const olds = read(comparison.before, operations.old, pair.pointer.before);
  const news = read(comparison.after, operations.now, pair.pointer.after);
  const matched = new Set<string>();
  for (const [key, old] of olds) {
    const renamed = old.place === 'path' ? operations.renamed.get(old.name) : undefined;
    const target = renamed === undefined ? key : keyOf('path', renamed);
    const now = news.get(target);
    if (now === undefined) reportRemoved(comparison, pair, old);
    else {
      matched.add(target);
      compareParameter(comparison, pair, old, now);
    }
  }
  for (const [key, now] of news) if (!matched.has(key)) reportAdded(comparison, pair, now);
}

function read(side: Side, operation: JsonObject, pointer: string): Map<string, Parameter> {
  const found = new Map<string, Parameter>();
  asArray(operation['parameters']).forEach((parameter, index) => {
    const { node } = side.resolve(parameter);
    const name = asString(node['name']) ?? '';
    const place = asString(node['in']) ?? '';
    const key = keyOf(place, name);
    if (!found.has(key)) found.set(key, { node, name, place, pointer: child(pointer, 'parameters', String(index)) });
  });
  return new Map([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function keyOf(place: string, name: string): string {
  return `${place} ${place === 'header' ? name.toLowerCase() : name}`;
}

function nameOf(parameter: Parameter): string {
  return `${parameter.place} parameter "${parameter.name}"`;
}

function reportAdded(comparison: Comparison, pair: OperationPair, now: Parameter): void {
  const rule =
    now.place === 'path'
      ? 'new-request-path-parameter'
      : now.node['required'] === true
        ? 'new-required-request-parameter'
        : 'new-optional-request-parameter';
  comparison.add(rule, { name: nameOf(now), operation: pair.ref, after: now.node, pointer: { after: now.pointer } });
}

function reportRemoved(comparison: Comparison, pair: OperationPair, old: Parameter): void {
  comparison.add('request-parameter-removed', {
    name: nameOf(old),
    operation: pair.ref,
    before: old.node,
    pointer: { before: old.pointer },
  });
}

function compareParameter(comparison: Comparison, pair: OperationPair, old: Parameter, now: Parameter): void {
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
  const deprecated = now.node['deprecated'] === true;
  if ((old.node['deprecated'] === true) !== deprecated) {
    comparison.add(deprecated ? 'request-parameter-deprecated' : 'request-parameter-reactivated', {
      ...base,
      pointer: at('deprecated'),
    });
  }
  compareSchemas(comparison, pair, old, now);
}

function compareSchemas(comparison: Comparison, pair: OperationPair, old: Parameter, now: Parameter): void {
  const use = {
    operation: pair.ref,
    direction: 'request',
    scope: 'parameter',
    area: 'parameters',
    subject: nameOf(now),
  } as const;
  const pointer = { before: child(old.pointer, 'schema'), after: child(now.pointer, 'schema') };
  const edge = comparison.graph.edge(old.node['schema'], now.node['schema'], { path: '', before: '', after: '' });
  if (edge !== undefined) comparison.uses.add(edge, { ...use, typed: false, pointer });
  const olds = asObject(old.node['content']);
  const news = asObject(now.node['content']);
  for (const type of Object.keys(olds).sort()) {
    const before = own(olds, type);
    const after = own(news, type);
    if (!isObject(before) || !isObject(after)) continue;
    const inContent = comparison.graph.edge(before['schema'], after['schema'], { path: '', before: '', after: '' });
    const places = {
      before: child(old.pointer, 'content', type, 'schema'),
      after: child(now.pointer, 'content', type, 'schema'),
    };
    if (inContent !== undefined) comparison.uses.add(inContent, { ...use, typed: isTyped(type), pointer: places });
  }
}

/** How a value is written, with the defaults of the specification filled in. */
function serialization({ node, place }: Parameter): string {
  const style = asString(node['style']) ?? (place === 'query' || place === 'cookie' ? 'form' : 'simple');
  const explode: Json = node['explode'] ?? style === 'form';
  return `style ${style}, ${explode === true ? 'exploded' : 'not exploded'}${node['allowReserved'] === true ? `, reserved characters allowed` : ''}`;
}
