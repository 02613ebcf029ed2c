import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import {
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsObject,
  IsString,
  Length,
  Matches,
  Max,
  Min,
  ValidateBy,
  ValidateIf,
  ValidateNested,
} from 'class-validator';
import { isInstant } from '@tidemark/foundation';
import { Converted, instanceOf } from './instance.js';

/** One decorator a field: what is checked is what the OpenAPI document says. */
export interface FieldOptions {
  readonly description?: string;
  readonly optional?: boolean;
  readonly example?: unknown;
}

/** Absent is fine, null is not: it would mean something else than leaving the field out. */
const presence = ({ optional }: FieldOptions) => (optional ? [ValidateIf((_, value) => value !== undefined)] : []);

const documented = ({ description, optional, example }: FieldOptions, more: object) =>
  ApiProperty({ description, required: !optional, ...(example !== undefined && { example }), ...more });

export function Text({
  min = 1,
  max,
  pattern,
  ...options
}: FieldOptions & { min?: number; max: number; pattern?: RegExp }) {
  const message = `must be a text of ${min} to ${max} characters`;
  return applyDecorators(
    ...presence(options),
    ...(pattern ? [Matches(pattern, { message: `must match ${pattern}` })] : []),
    Length(min, max, { message }),
    IsString({ message }),
    documented(options, { type: String, minLength: min, maxLength: max }),
  );
}

/** One of a closed list of words. */
export function Word(words: readonly string[], options: FieldOptions & { enumName?: string; default?: string } = {}) {
  return applyDecorators(
    ...presence(options),
    IsIn(words, { message: `must be one of ${words.join(', ')}` }),
    documented(options, { enum: words, ...(options.default && { default: options.default }) }),
  );
}

/** Some of a closed list of words; in a query repeated, or separated by commas. */
export function Words(words: readonly string[], options: FieldOptions & { inQuery?: boolean } = {}) {
  const split = (value: unknown) => (typeof value === 'string' ? value.split(',') : value);
  return applyDecorators(
    ...presence(options),
    ...(options.inQuery
      ? [Converted((value) => (Array.isArray(value) ? value.flatMap(split) : split(value)))]
      : [ValidateBy({ name: 'notEmpty', validator: { validate: isFilled, defaultMessage: () => oneOf(words) } })]),
    IsIn(words, { each: true, message: oneOf(words) }),
    IsArray({ message: oneOf(words) }),
    documented(options, { enum: words, isArray: true }),
  );
}

const isFilled = (value: unknown) => Array.isArray(value) && value.length > 0;
const oneOf = (words: readonly string[]) => `must be a list of ${words.join(', ')}`;

/** A whole number; in a query its digits. */
export function WholeNumber({
  min,
  max,
  default: fallback,
  ...options
}: FieldOptions & { min: number; max: number; default?: number }) {
  const message = `must be a whole number from ${min} to ${max}`;
  return applyDecorators(
    ...presence(options),
    Converted((value) => (typeof value === 'string' && /^\d{1,16}$/.test(value) ? Number(value) : value)),
    Min(min, { message }),
    Max(max, { message }),
    IsInt({ message }),
    documented(options, { type: 'integer', minimum: min, maximum: max, ...(fallback && { default: fallback }) }),
  );
}

/** True or false; in a query those words. */
export function Truth(options: FieldOptions = {}) {
  return applyDecorators(
    ...presence(options),
    Converted((value) => (value === 'true' ? true : value === 'false' ? false : value)),
    IsBoolean({ message: 'must be true or false' }),
    documented(options, { type: Boolean }),
  );
}

/** A time in ISO 8601; reaches the handler in UTC with milliseconds, as stored times are written. */
export function Instant(options: FieldOptions = {}) {
  return applyDecorators(
    ...presence(options),
    Converted((value) => (isTime(value) ? new Date(value as string).toISOString() : value)),
    ValidateBy({
      name: 'instant',
      validator: {
        validate: isTime,
        defaultMessage: () => 'must be a date and time in ISO 8601, such as 2026-01-31T08:00:00Z',
      },
    }),
    documented(options, { type: String, format: 'date-time' }),
  );
}

const isTime = (value: unknown) => typeof value === 'string' && isInstant(value);

const DEEPEST = 64;

/** Any JSON object, taken as it is. */
export function JsonObject(options: FieldOptions = {}) {
  return applyDecorators(
    ...presence(options),
    ValidateBy({
      name: 'depth',
      validator: {
        validate: (value) => depthWithin(value, DEEPEST),
        defaultMessage: () => `must not be nested more than ${DEEPEST} levels deep`,
      },
    }),
    IsObject({ message: 'must be a JSON object' }),
    documented(options, { type: 'object', additionalProperties: true }),
  );
}

function depthWithin(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return true;
  return levels > 0 && Object.values(value).every((member) => depthWithin(member, levels - 1));
}

/** An object with fields of its own. */
export function Nested(type: () => new () => object, options: FieldOptions = {}) {
  return applyDecorators(
    ...presence(options),
    Converted((value, field) => instanceOf(type(), value, field)),
    ValidateNested({ message: 'must be a JSON object' }),
    IsObject({ message: 'must be a JSON object' }),
    // The library takes a function for lazy by its name.
    documented(options, { type: () => type() }),
  );
}
