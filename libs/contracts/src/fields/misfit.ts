import { isJsonObject } from '@tidemark/foundation';
import type { FieldType } from './field-type.js';
import { fieldsOf, type Shape } from './shape.js';

/**
 * The path of the first member of a stored value that has not the type of its field; undefined when all have. Another
 * version may have written it: unknown members, new words and other limits are no misfit.
 */
export function misfit(shape: Shape, value: object, path = ''): string | undefined {
  for (const [name, { type, optional, nullable }] of fieldsOf(shape)) {
    const member = (value as { readonly [name: string]: unknown })[name];
    if ((member ?? null) === null && (optional || (nullable && member === null))) continue;
    const found = misfitOf(type, member, `${path}${name}`);
    if (found !== undefined) return found;
  }
  return undefined;
}

function misfitOf(type: FieldType, value: unknown, path: string): string | undefined {
  switch (type.kind) {
    case 'text':
    case 'word':
    case 'instant':
      return typeof value === 'string' ? undefined : path;
    case 'number':
      return Number.isFinite(value) ? undefined : path;
    case 'flag':
      return typeof value === 'boolean' ? undefined : path;
    case 'shape':
      return isJsonObject(value) ? misfit(type.shape(), value, `${path}.`) : path;
    case 'list':
      if (!Array.isArray(value) || value.length < (type.min ?? 0)) return path;
      return firstOf(value, (item, index) => misfitOf(type.of, item, `${path}[${index}]`));
    case 'map':
      if (!isJsonObject(value)) return path;
      return firstOf(Object.entries(value), ([name, item]) => misfitOf(type.of, item, `${path}.${name}`));
    case 'object':
      return isJsonObject(value) ? undefined : path;
    case 'any':
    case 'either':
    case 'record':
      return value === undefined ? path : undefined;
  }
}

function firstOf<T>(items: readonly T[], find: (item: T, index: number) => string | undefined): string | undefined {
  for (const [index, item] of items.entries()) {
    const found = find(item, index);
    if (found !== undefined) return found;
  }
  return undefined;
}
