import {
  any,
  decimal,
  flag,
  instant,
  listOf,
  mapOf,
  object,
  shaped,
  text,
  wholeNumber,
  word,
  type FieldType,
  type NumberLimits,
  type TextLimits,
} from './field-type.js';
import { declareField, declareShape, type Shape as ShapeClass, type ShapeOptions, type ShapeRule } from './shape.js';

/** One decorator per field declares its type, for validation, AsyncAPI and OpenAPI alike. */
export interface FieldOptions {
  readonly optional?: boolean;
  readonly nullable?: boolean;
  readonly description?: string;
  readonly example?: unknown;
  readonly default?: unknown;
}

/** Adds null and undefined according to the options. */
type Declared<T, Options> =
  | T
  | (Options extends { readonly optional: true } ? undefined : never)
  | (Options extends { readonly nullable: true } ? null : never);

/** Compiles where the property's type matches the decorator, null and undefined included. */
type Fits<Actual, Expected> = [Actual, Extract<Expected, null | undefined>] extends [Expected, Actual]
  ? unknown
  : never;

type FieldDecorator<T> = <Target extends object, Name extends keyof Target & string>(
  target: Target,
  name: Name & Fits<Target[Name], T>,
) => void;

/** A field of any type; the decorators below are its usual uses. */
export const Field =
  <T, const Options extends FieldOptions>(
    type: FieldType<T>,
    { optional = false, nullable = false, ...documented }: Options = {} as Options,
  ): FieldDecorator<Declared<T, Options>> =>
  (target, name) =>
    declareField(target.constructor as ShapeClass, name, { type, optional, nullable, ...documented });

export const Text = <const Options extends FieldOptions & TextLimits>(
  { min, max, pattern, ...options }: Options = {} as Options,
) => Field<string, Options>(text({ min, max, pattern }), options as unknown as Options);

/** An id as callers may give it. */
export const Id = <const Options extends FieldOptions>(options: Options = {} as Options) =>
  Field<string, Options>(text({ max: 128 }), options);

export const Instant = <const Options extends FieldOptions>(options: Options = {} as Options) =>
  Field<string, Options>(instant, options);

/** One of a closed list of words. */
export const OneOf = <const Word extends string, const Options extends FieldOptions>(
  words: readonly Word[],
  options: Options = {} as Options,
) => Field<Word, Options>(word(words), options);

/** Some of a closed list of words; in a query repeated, or separated by commas. */
export const SomeOf = <const Word extends string, const Options extends FieldOptions & { readonly min?: number }>(
  words: readonly Word[],
  { min, ...options }: Options = {} as Options,
) => Field<readonly Word[], Options>(listOf(word(words), { min }), options as unknown as Options);

export const WholeNumber = <const Options extends FieldOptions & NumberLimits>(
  { min = 0, max, ...options }: Options = {} as Options,
) => Field<number, Options>(wholeNumber({ min, max }), options as unknown as Options);

export const Decimal = <const Options extends FieldOptions & NumberLimits>(
  { min, max, ...options }: Options = {} as Options,
) => Field<number, Options>(decimal({ min, max }), options as unknown as Options);

export const Flag = <const Options extends FieldOptions>(options: Options = {} as Options) =>
  Field<boolean, Options>(flag, options);

/** Any JSON object, passed through unchanged. */
export const JsonObject = <const Options extends FieldOptions>(options: Options = {} as Options) =>
  Field<object, Options>(object, options);

/** Any JSON value. */
export const Anything = <const Options extends FieldOptions>(options: Options = {} as Options) =>
  Field<unknown, Options>(any, options);

export const Nested = <T extends object, const Options extends FieldOptions>(
  shape: () => ShapeClass<T>,
  options: Options = {} as Options,
) => Field<T, Options>(shaped(shape), options);

export const ListOf = <T, const Options extends FieldOptions & { readonly min?: number }>(
  of: FieldType<T> | (() => ShapeClass<T & object>),
  { min, ...options }: Options = {} as Options,
) =>
  Field<readonly T[], Options>(
    listOf(typeof of === 'function' ? (shaped(of) as FieldType<T>) : of, { min }),
    options as unknown as Options,
  );

export const MapOf = <T, const Options extends FieldOptions>(of: FieldType<T>, options: Options = {} as Options) =>
  Field<{ readonly [key: string]: T }, Options>(mapOf(of), options);

/** Names a shape for the API documents, and declares rules between its fields. */
export const Shape =
  <T extends object>(options: Omit<ShapeOptions, 'rules'> & { readonly rules?: readonly Rule<T>[] } = {}) =>
  (shape: ShapeClass<T>): void =>
    declareShape(shape, options as ShapeOptions);

type Rule<T extends object> = Omit<ShapeRule, 'holds'> & { holds(value: T): boolean };
