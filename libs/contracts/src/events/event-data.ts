import { Field, type FieldOptions } from '../fields/decorators.js';
import { wholeNumber } from '../fields/field-type.js';
import type { Shape, Shaped } from '../fields/shape.js';
import type { Fact } from './fact.js';

/** A time in milliseconds since the epoch. */
export const Time = <const Options extends Pick<FieldOptions, 'optional' | 'nullable'>>(
  options: Options = {} as Options,
) =>
  Field<number, Options & FieldOptions>(wholeNumber({ min: 0 }), {
    description: 'Milliseconds since the epoch.',
    ...options,
  });

/** The fields that the data of every event has. */
export class EventData {
  @Time()
  readonly at!: number;
}

/** The data of events, by type. */
export type EventShapes = { readonly [type: string]: Shape<EventData> };

/** One of the events whose data a table declares. */
export type EventOf<Table extends EventShapes, Type extends keyof Table = keyof Table> = {
  [T in Type & string]: Fact<T, Shaped<Table[T]>>;
}[Type & string];
