import { Flag, JsonObject, ListOf, Shape, Text, WholeNumber } from '../fields/decorators.js';
import { text } from '../fields/field-type.js';
import { Pushed, RecordDigest } from '../shapes/pushes.js';
import { EventData, type EventOf } from './event-data.js';

@Shape({ description: 'Objects of a source changed; the deliveries that said so are not taken again.' })
export class ObjectsPushedData extends EventData {
  @Text() readonly tenant!: string;
  @ListOf(text(), { description: 'Digests of the deliveries.' }) readonly deliveries!: readonly string[];
  @ListOf(() => Pushed) readonly objects!: readonly Pushed[];

  @ListOf(() => RecordDigest, { optional: true, description: 'Of the records that were pushed.' })
  readonly records?: readonly RecordDigest[];

  @Flag({ optional: true, description: 'True: a coordinator is to look; false: it has been asked to before.' })
  readonly announced?: boolean;
}

@Shape({ description: 'What was pushed until now is the work of one job.' })
export class PushesTakenData extends EventData {
  @Text() readonly tenant!: string;
  @Text() readonly jobId!: string;
  @ListOf(() => Pushed) readonly pushed!: readonly Pushed[];

  @WholeNumber({ description: 'How many of those that wait are taken, the first ones.' })
  readonly count!: number;

  @JsonObject({
    optional: true,
    description: 'Written now and then: the state after this event, so that nothing before it needs to be read.',
  })
  readonly whole?: object;
}

/** The events of a `pushes-<connection id>` stream. */
export const pushEvents = { ObjectsPushed: ObjectsPushedData, PushesTaken: PushesTakenData } as const;

export type PushEvent = EventOf<typeof pushEvents>;
export type PushesTaken = EventOf<typeof pushEvents, 'PushesTaken'>;
