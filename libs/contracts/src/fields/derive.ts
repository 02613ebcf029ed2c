import { declareField, declareRules, fieldsOf, rulesOf, type Field, type Shape, type ShapeRule } from './shape.js';

type Derived<T> = abstract new () => { [Name in keyof T]: T[Name] };

/** A class to extend, with some of the fields of a shape. */
export const pick = <T extends object, Name extends keyof T & string>(shape: Shape<T>, ...names: readonly Name[]) =>
  derive<Pick<T, Name>>(shape, (name, field) => (names.includes(name as Name) ? field : undefined));

/** A class to extend, without some of the fields of a shape; the rules between its fields apply to the rest. */
export function omit<T extends object, Name extends keyof T & string>(shape: Shape<T>, ...names: readonly Name[]) {
  const rest = derive<Omit<T, Name>>(shape, (name, field) => (names.includes(name as Name) ? undefined : field));
  declareRules(rest, rulesOf(shape));
  return rest;
}

/** A class to extend, with all fields of a shape optional. */
export const partial = <T extends object>(shape: Shape<T>) =>
  derive<Partial<T>>(shape, (_, { default: _default, ...field }) => ({ ...field, optional: true }));

/** A class to extend, with the fields of two shapes. */
export function merge<A extends object, B extends object>(first: Shape<A>, second: Shape<B>): Derived<A & B> {
  const both = [first, second];
  return classWith(new Map(both.flatMap((shape) => [...fieldsOf(shape)])), both.flatMap(rulesOf));
}

function derive<T>(shape: Shape, change: (name: string, field: Field) => Field | undefined): Derived<T> {
  const changed = [...fieldsOf(shape)].map(([name, field]) => [name, change(name, field)] as const);
  return classWith(new Map(changed.filter((entry): entry is [string, Field] => entry[1] !== undefined)));
}

function classWith<T>(fields: ReadonlyMap<string, Field>, rules: readonly ShapeRule[] = []): Derived<T> {
  abstract class Some {}
  for (const [name, field] of fields) declareField(Some, name, field);
  declareRules(Some, rules);
  return Some as unknown as Derived<T>;
}
