import { Anything, Flag, ListOf, OneOf, Shape, Text } from '../fields/decorators.js';
import { text } from '../fields/field-type.js';

export const castTypes = ['text', 'integer', 'number', 'boolean', 'date', 'timestamp', 'json'] as const;
export type CastType = (typeof castTypes)[number];

export const timeFormats = ['iso', 'epochSeconds', 'epochMillis'] as const;
/** How a source writes times. */
export type TimeFormat = (typeof timeFormats)[number];

export const masks = ['hash', 'redact', 'last4'] as const;
export type Mask = (typeof masks)[number];

/** One field of a row and where its value comes from; or, with `pick`, fields that are taken as they are. */
@Shape()
export class MappingEntry {
  @Text({
    max: 200,
    optional: true,
    description: 'The field of the row; a path such as `address.city` makes an object. A backslash escapes a dot.',
    example: 'author',
  })
  readonly to?: string;

  @Text({ max: 500, optional: true, description: 'Path in the record: `user.login`, `labels[0].name`.' })
  readonly from?: string;

  @Text({ max: 2000, optional: true, description: 'JMESPath on the record: `labels[].name`.' })
  readonly expression?: string;

  @Text({ max: 4000, optional: true, description: 'Text with JMESPath between braces: `{{owner}}/{{name}}`.' })
  readonly template?: string;

  @Anything({ optional: true, description: 'A constant.' })
  readonly value?: unknown;

  @Anything({ optional: true, description: 'In place of a value that is missing or null.' })
  readonly default?: unknown;

  @OneOf(castTypes, {
    optional: true,
    description: 'What the value is made; one that cannot be is an error of the row. `json`: its JSON as text.',
  })
  readonly type?: CastType;

  @OneOf(timeFormats, { optional: true, default: 'iso', description: 'With `type` date or timestamp.' })
  readonly format?: TimeFormat;

  @Flag({ optional: true, default: false, description: 'Without a value the row is not written, but an error.' })
  readonly required?: boolean;

  @OneOf(masks, {
    optional: true,
    description:
      'Hides the value before anything is stored or sent: a keyed hash that is the same for the same value within the ' +
      'connection, `***`, or the last four characters.',
  })
  readonly mask?: Mask;

  @ListOf(text({ max: 200 }), {
    optional: true,
    min: 1,
    description: 'Fields of the record, under their own names. `*`: all that no other entry reads.',
    example: ['id', 'title'],
  })
  readonly pick?: readonly string[];
}
