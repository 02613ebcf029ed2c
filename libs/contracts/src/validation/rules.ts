import {
  ArrayMinSize,
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsNumber,
  IsObject,
  IsString,
  Length,
  Matches,
  Max,
  Min,
  MinLength,
  ValidateBy,
  ValidateIf,
  ValidateNested,
} from 'class-validator';
import type { FieldType } from '../fields/field-type.js';
import type { Field } from '../fields/shape.js';
import { isText, TEXT_RULE } from '../fields/text.js';
import { isInstant } from '@tidemark/foundation';

const DEEPEST = 64;

/** The class-validator rules of a field. Their messages are the ends of sentences that begin with the field's name. */
export function rulesFor({ type, optional, nullable }: Field): PropertyDecorator[] {
  const rules = typeRules(type);
  if (optional) rules.push(ValidateIf((_, value) => value !== undefined));
  if (nullable) rules.push(ValidateIf((_, value) => value !== null));
  return rules;
}

function typeRules(type: FieldType, each = false): PropertyDecorator[] {
  switch (type.kind) {
    case 'text':
      return textRules(type, each);
    case 'instant':
      return [by('instant', isTime, 'must be a date and time in ISO 8601, such as 2026-01-31T08:00:00Z', each)];
    case 'word':
      return [IsIn(type.words, { each, message: `must be ${each ? 'a list of' : 'one of'} ${type.words.join(', ')}` })];
    case 'number':
      return numberRules(type, each);
    case 'flag':
      return [IsBoolean({ each, message: 'must be true or false' })];
    case 'object':
      return [
        IsObject({ each, message: 'must be a JSON object' }),
        by('depth', (value) => isWithinDepth(value), `must not be nested more than ${DEEPEST} levels deep`, each),
      ];
    case 'shape':
      return [IsObject({ each, message: 'must be a JSON object' }), ValidateNested({ each })];
    case 'list':
      return listRules(type);
    case 'map':
      return [IsObject({ each, message: 'must be a JSON object' })];
    case 'any':
    case 'either':
    case 'record':
      return [by('any', () => true, '', each)];
  }
}

function textRules({ min, max, pattern }: FieldType & { kind: 'text' }, each: boolean): PropertyDecorator[] {
  const message = max === undefined ? 'must be text' : `must be text of ${min} to ${max} characters`;
  return [
    IsString({ each, message }),
    // Without a maximum it is the text of a service, which may quote anything.
    ...(max !== undefined ? [by('text', (value) => typeof value !== 'string' || isText(value), TEXT_RULE, each)] : []),
    ...(max !== undefined ? [Length(min, max, { each, message })] : []),
    ...(max === undefined && min > 0 ? [MinLength(min, { each, message: 'must not be empty' })] : []),
    ...(pattern ? [Matches(pattern, { each, message: `must match ${pattern}` })] : []),
  ];
}

function numberRules({ whole, min, max }: FieldType & { kind: 'number' }, each: boolean): PropertyDecorator[] {
  const range = min === undefined ? '' : max === undefined ? `, at least ${min}` : ` from ${min} to ${max}`;
  const message = `must be a ${whole ? 'whole ' : ''}number${range}`;
  return [
    whole ? IsInt({ each, message }) : IsNumber({ allowNaN: false, allowInfinity: false }, { each, message }),
    ...(min !== undefined ? [Min(min, { each, message })] : []),
    ...(max !== undefined ? [Max(max, { each, message })] : []),
  ];
}

function listRules({ of, min }: FieldType & { kind: 'list' }): PropertyDecorator[] {
  const message = of.kind === 'word' ? `must be a list of ${of.words.join(', ')}` : 'must be a list';
  return [IsArray({ message }), ...(min !== undefined ? [ArrayMinSize(min, { message })] : []), ...typeRules(of, true)];
}

const by = (name: string, validate: (value: unknown) => boolean, message: string, each: boolean) =>
  ValidateBy({ name, validator: { validate } }, { each, message });

const isTime = (value: unknown) => typeof value === 'string' && isInstant(value);

export function isWithinDepth(value: unknown, levels = DEEPEST): boolean {
  if (typeof value !== 'object' || value === null) return true;
  return levels > 0 && Object.values(value).every((member) => isWithinDepth(member, levels - 1));
}
