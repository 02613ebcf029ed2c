import { isInstant, isJsonObject } from '@tidemark/foundation';
import type { FieldType } from '../fields/field-type.js';
import { fieldsOf, type Field, type Shape } from '../fields/shape.js';
import { refusedTextIn } from '../fields/text.js';
import { rulesFor } from './rules.js';

export type Source = 'query' | 'body' | 'message';

interface Reading {
  readonly from: Source;
  readonly onUnknown: (path: string) => void;
  readonly onRefusedText: (path: string) => void;
}

type Members = { [name: string]: unknown };

/** Instances of these are what class-validator can check; the shapes themselves stay free of it. */
class Checkable {}

const classes = new WeakMap<Shape, new () => Checkable>();

function classOf(shape: Shape): new () => Checkable {
  let known = classes.get(shape);
  if (!known) {
    known = class extends Checkable {};
    classes.set(shape, known);
    for (const [name, field] of fieldsOf(shape)) for (const rule of rulesFor(field)) rule(known.prototype, name);
  }
  return known;
}

/** The input as an instance that class-validator can check; unreadable parts stay for the check to refuse. */
export function checkableOf(shape: Shape, input: object, reading: Reading, path = ''): Checkable {
  const instance = new (classOf(shape))() as Members;
  const fields = fieldsOf(shape);
  for (const [name, member] of Object.entries(input)) {
    const at = path === '' ? name : `${path}.${name}`;
    const field = fields.get(name);
    if (!field) reading.onUnknown(at);
    else if (!isLeftOut(member, field, reading)) instance[name] = read(field.type, member, reading, at);
  }
  return instance;
}

function isLeftOut(value: unknown, { optional, nullable }: Field, { from }: Reading): boolean {
  if (value === undefined) return true;
  if (from === 'query') return Array.isArray(value) && value.length === 0;
  return value === null && optional && !nullable && from === 'message';
}

function read(type: FieldType, value: unknown, reading: Reading, path: string): unknown {
  const { from } = reading;
  switch (type.kind) {
    case 'shape':
      return isJsonObject(value) ? checkableOf(type.shape(), value, reading, path) : value;
    case 'list': {
      const list = from === 'query' ? split(value) : value;
      if (!Array.isArray(list)) return list;
      return list.map((item, index) => read(type.of, item, reading, `${path}[${index}]`));
    }
    case 'text':
      return type.max !== undefined && typeof value === 'string' ? value.trim() : value;
    case 'object': {
      // Between services it quotes other systems; what callers give follows the rule of all text.
      const refused = from === 'message' ? undefined : refusedTextIn(value, path);
      if (refused !== undefined) reading.onRefusedText(refused);
      return value;
    }
    case 'number':
      return from === 'query' && typeof value === 'string' && /^\d{1,16}$/.test(value) ? Number(value) : value;
    case 'flag':
      return from === 'query' && (value === 'true' || value === 'false') ? value === 'true' : value;
    case 'instant':
      // As stored times are written.
      return from !== 'message' && typeof value === 'string' && isInstant(value)
        ? new Date(value).toISOString()
        : value;
    default:
      return value;
  }
}

/** A list in a query is repeated, or separated by commas. */
const split = (value: unknown): unknown => {
  const parts = (text: unknown) => (typeof text === 'string' ? text.split(',') : text);
  return Array.isArray(value) ? value.flatMap(parts) : parts(value);
};

/** The objects with a shape of their own among the fields of an object. */
export function* membersOf(shape: Shape, value: object) {
  for (const [name, { type }] of fieldsOf(shape)) {
    const member = (value as Members)[name];
    if (type.kind === 'shape' && isJsonObject(member)) yield { name, shape: type.shape(), value: member };
    if (type.kind !== 'list' || type.of.kind !== 'shape' || !Array.isArray(member)) continue;
    for (const [index, item] of member.entries())
      yield { name: `${name}[${index}]`, shape: type.of.shape(), value: item as object };
  }
}

export function plainOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plainOf);
  if (!(value instanceof Checkable)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, plainOf(member)]));
}
