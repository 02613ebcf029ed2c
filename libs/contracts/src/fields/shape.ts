import type { FieldType } from './field-type.js';
import type { Shape } from './shape-class.js';

export type { Shape, Shaped } from './shape-class.js';

export interface Field {
  readonly type: FieldType;
  readonly optional: boolean;
  readonly nullable: boolean;
  readonly description?: string;
  readonly example?: unknown;
  readonly default?: unknown;
}

/** A rule between the fields of a value whose fields are each valid. */
export interface ShapeRule {
  /** The field that the problem is reported for; the object itself when it is left out. */
  readonly field?: string;
  /** The end of a sentence that begins with the field's name. */
  readonly says: string;
  // Method syntax: a rule of a shape reads that shape's own fields.
  holds(value: object): boolean;
}

interface Declared {
  readonly fields: Map<string, Field>;
  readonly rules: ShapeRule[];
  name?: string;
  description?: string;
}

const declarations = new WeakMap<Shape, Declared>();
const named = new Map<string, Shape>();

const declared = (shape: Shape): Declared => {
  let known = declarations.get(shape);
  if (!known) declarations.set(shape, (known = { fields: new Map(), rules: [] }));
  return known;
};

export const declareField = (shape: Shape, name: string, field: Field): void =>
  void declared(shape).fields.set(name, field);

export interface ShapeOptions {
  /** Its name in documents. Default: the name of the class. */
  readonly name?: string;
  readonly description?: string;
  readonly rules?: readonly ShapeRule[];
}

/** Names a shape for the API documents. @throws Error when the name belongs to another shape */
export function declareShape(shape: Shape, { name = shape.name, description, rules = [] }: ShapeOptions): void {
  if (named.has(name)) throw new Error(`two shapes are named ${name}`);
  named.set(name, shape);
  Object.assign(declared(shape), { name, description });
  declareRules(shape, rules);
}

export const declareRules = (shape: Shape, rules: readonly ShapeRule[]): void =>
  void declared(shape).rules.push(...rules);

/** The shape and those that it extends, the most basic first. */
function lineage(shape: Shape): Declared[] {
  const found: Declared[] = [];
  for (let at: unknown = shape; typeof at === 'function'; at = Object.getPrototypeOf(at)) {
    const known = declarations.get(at as Shape);
    if (known) found.unshift(known);
  }
  return found;
}

interface Known {
  readonly fields: ReadonlyMap<string, Field>;
  readonly rules: readonly ShapeRule[];
}

/** A class is complete when it is first used: its fields are collected once. */
const collected = new WeakMap<Shape, Known>();

function known(shape: Shape): Known {
  let found = collected.get(shape);
  if (!found) {
    const all = lineage(shape);
    found = { fields: new Map(all.flatMap(({ fields }) => [...fields])), rules: all.flatMap(({ rules }) => rules) };
    collected.set(shape, found);
  }
  return found;
}

/** All fields by name, inherited ones first. */
export const fieldsOf = (shape: Shape): ReadonlyMap<string, Field> => known(shape).fields;

export const rulesOf = (shape: Shape): readonly ShapeRule[] => known(shape).rules;

/** @throws Error when the shape has no name */
export function nameOf(shape: Shape): string {
  const name = declarations.get(shape)?.name;
  if (name === undefined) throw new Error(`the class ${shape.name} is not a named shape`);
  return name;
}

export const descriptionOf = (shape: Shape): string | undefined => declarations.get(shape)?.description;

/** Every named shape of the modules that were loaded. */
export const namedShapes = (): ReadonlyMap<string, Shape> => named;
