import { isJsonObject } from '@tidemark/foundation';
import type { FieldType } from '../fields/field-type.js';
import { fieldsOf, type Shape } from '../fields/shape.js';
import { isText } from '../fields/text.js';
import { isWithinDepth } from './rules.js';

/**
 * Whether a message plainly has its shape, as most do: then class-validator, which costs ten times as much, has nothing
 * to add. Everything else, valid or not, is left to it.
 */
export function conforms(shape: Shape, input: object): boolean {
  const fields = fieldsOf(shape);
  let required = 0;
  for (const name of Object.keys(input)) {
    const field = fields.get(name);
    const value = (input as { readonly [name: string]: unknown })[name];
    if (!field || !(value === null ? field.nullable : hasType(field.type, value))) return false;
    if (!field.optional) required += 1;
  }
  return required === requiredFields(shape);
}

const counts = new WeakMap<Shape, number>();

function requiredFields(shape: Shape): number {
  let count = counts.get(shape);
  if (count === undefined) {
    count = [...fieldsOf(shape).values()].filter(({ optional }) => !optional).length;
    counts.set(shape, count);
  }
  return count;
}

function hasType(type: FieldType, value: unknown): boolean {
  switch (type.kind) {
    case 'text':
      // A text has at most as many characters as code units, and one of them when it is not empty.
      if (typeof value !== 'string' || type.pattern || type.min > 1) return false;
      if (value.length < type.min || value.length > (type.max ?? Infinity)) return false;
      return type.max === undefined || (isText(value) && value.trim() === value);
    case 'word':
      return type.words.includes(value as string);
    case 'number':
      if (typeof value !== 'number' || !(type.whole ? Number.isInteger(value) : Number.isFinite(value))) return false;
      return value >= (type.min ?? -Infinity) && value <= (type.max ?? Infinity);
    case 'flag':
      return typeof value === 'boolean';
    case 'shape':
      return isJsonObject(value) && conforms(type.shape(), value);
    case 'list':
      return Array.isArray(value) && value.length >= (type.min ?? 0) && value.every((item) => hasType(type.of, item));
    case 'object':
      return isJsonObject(value) && isWithinDepth(value);
    case 'map':
      return isJsonObject(value);
    case 'any':
    case 'either':
    case 'record':
      return value !== undefined;
    case 'instant':
      return false;
  }
}
