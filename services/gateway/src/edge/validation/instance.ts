import { invalid } from './invalid.js';

type Convert = (value: unknown, field: string) => unknown;

const CONVERT = 'tidemark:convert';

/** What is done to a field's value before it is checked; what cannot be converted stays for the check to refuse. */
export const Converted =
  (convert: Convert): PropertyDecorator =>
  (target, name) =>
    Reflect.defineMetadata(CONVERT, convert, target, name);

/**
 * The JSON object as an instance of a class of fields, so that it can be checked; anything else as it is. Free-form
 * members are not looked into.
 * @throws TidemarkError VALIDATION_FAILED for members that would hide parts of JavaScript
 */
export function instanceOf(type: new () => object, value: unknown, path = ''): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const instance = new type() as { [name: string]: unknown };
  for (const [name, member] of Object.entries(value)) {
    const field = path === '' ? name : `${path}.${name}`;
    if (name in Object.prototype) throw invalid([{ field, message: 'is not a known field' }]);
    const convert = Reflect.getMetadata(CONVERT, instance, name) as Convert | undefined;
    instance[name] = convert ? convert(member, field) : member;
  }
  return instance;
}
