import type { Shape } from './shape-class.js';

declare const value: unique symbol;

/** The type of a value, as data: validation and JSON Schemas both derive from it. `T` is its TypeScript type. */
export type FieldType<T = unknown> = Kind & { readonly [value]?: T };

type Kind =
  | { readonly kind: 'text'; readonly min: number; readonly max?: number; readonly pattern?: RegExp }
  | { readonly kind: 'instant' }
  | { readonly kind: 'word'; readonly words: readonly string[]; readonly name?: string }
  | { readonly kind: 'number'; readonly whole: boolean; readonly min?: number; readonly max?: number }
  | { readonly kind: 'flag' }
  | { readonly kind: 'object' }
  | { readonly kind: 'any' }
  | { readonly kind: 'shape'; readonly shape: () => Shape }
  | { readonly kind: 'list'; readonly of: FieldType; readonly min?: number }
  | { readonly kind: 'map'; readonly of: FieldType }
  | { readonly kind: 'either'; readonly of: readonly FieldType[] }
  | { readonly kind: 'record'; readonly of: { readonly [name: string]: FieldType } };

export interface TextLimits {
  /** Characters. Default: 1 when there is a maximum, else 0. */
  readonly min?: number;
  readonly max?: number;
  readonly pattern?: RegExp;
}

export interface NumberLimits {
  readonly min?: number;
  readonly max?: number;
}

export const text = ({ min, max, pattern }: TextLimits = {}): FieldType<string> => ({
  kind: 'text',
  min: min ?? (max === undefined ? 0 : 1),
  max,
  pattern,
});

/** A time in ISO 8601 with its zone. */
export const instant: FieldType<string> = { kind: 'instant' };

/** One of a closed list of words; with a name, documents describe the list once. */
export const word = <const Word extends string>(words: readonly Word[], name?: string): FieldType<Word> => ({
  kind: 'word',
  words,
  name,
});

export const wholeNumber = (limits: NumberLimits = {}): FieldType<number> => ({
  kind: 'number',
  whole: true,
  ...limits,
});

export const decimal = (limits: NumberLimits = {}): FieldType<number> => ({ kind: 'number', whole: false, ...limits });

export const flag: FieldType<boolean> = { kind: 'flag' };

/** Any JSON object, passed through unchanged. */
export const object: FieldType<object> = { kind: 'object' };

/** Any JSON value. */
export const any: FieldType = { kind: 'any' };

/** An object with fields of its own; a function, so that it may be declared later. */
export const shaped = <T extends object>(shape: () => Shape<T>): FieldType<T> => ({ kind: 'shape', shape });

export const listOf = <T>(of: FieldType<T>, { min }: { readonly min?: number } = {}): FieldType<readonly T[]> => ({
  kind: 'list',
  of,
  min,
});

/** One of these; for views only: values that do not match are not refused. */
export const either = <const Types extends readonly FieldType[]>(
  ...of: Types
): FieldType<Types[number] extends FieldType<infer T> ? T : never> => ({ kind: 'either', of });

/** An object without a name of its own; for views only, as `either`. */
export const record = <const Types extends { readonly [name: string]: FieldType }>(
  of: Types,
): FieldType<{ readonly [Name in keyof Types]: Types[Name] extends FieldType<infer T> ? T : never }> => ({
  kind: 'record',
  of,
});

/** A JSON object whose values are alike. */
export const mapOf = <T>(of: FieldType<T>): FieldType<{ readonly [key: string]: T }> => ({ kind: 'map', of });
