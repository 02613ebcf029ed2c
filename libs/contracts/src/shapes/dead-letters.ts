import { Anything, Flag, Id, Instant, JsonObject, ListOf, Shape, Text, WholeNumber } from '../fields/decorators.js';
import { text } from '../fields/field-type.js';

const MAX_AT_ONCE = 200;
const id = { min: 1, max: 64 } as const;

@Shape()
export class ListDeadLetters {
  @Id()
  readonly tenant!: string;

  @Text({ ...id, optional: true, description: '`next` of the page before.' })
  readonly after?: string;

  @WholeNumber({ min: 1, max: MAX_AT_ONCE, default: 50, optional: true })
  readonly limit?: number;
}

@Shape()
export class DeadLetterRef {
  @Id() readonly tenant!: string;
  @Text(id) readonly id!: string;
}

/** A message that was set aside, and waits for an operator. */
@Shape()
export class FiledDeadLetter {
  @Text({ example: '17-5f0c2a9e' })
  readonly id!: string;

  @Text({ description: 'The consumer or relay that gave up.', example: 'job-coordinator' })
  readonly consumer!: string;

  @Text({ description: 'Where the message was published, and goes again when it is redriven.' })
  readonly subject!: string;

  @Text()
  readonly messageId!: string;

  @Text()
  readonly reason!: string;

  @WholeNumber({ description: 'How often it was delivered.' })
  readonly deliveries!: number;

  @Instant()
  readonly filedAt!: string;
}

/** A dead letter with its message; values of fields that look like secrets are hidden. */
@Shape()
export class DeadLetterDetail extends FiledDeadLetter {
  @Anything() readonly data!: unknown;
  @JsonObject() readonly headers!: object;
}

@Shape()
export class DeadLetterPage {
  @ListOf(() => FiledDeadLetter, { description: 'The oldest first.' })
  readonly data!: readonly FiledDeadLetter[];

  @Text({ nullable: true, description: '`after` of the next page; null: this is the last one.' })
  readonly next!: string | null;
}

@Shape({
  rules: [
    {
      field: 'ids',
      says: 'or `all` must be given, and not both',
      holds: ({ ids, all }: SettleDeadLetters) => (ids !== undefined) !== (all === true),
    },
    {
      field: 'ids',
      says: `must be at most ${MAX_AT_ONCE}`,
      holds: ({ ids = [] }: SettleDeadLetters) => ids.length <= MAX_AT_ONCE,
    },
  ],
})
export class SettleDeadLetters {
  @Id()
  readonly tenant!: string;

  @ListOf(text(id), { min: 1, optional: true })
  readonly ids?: readonly string[];

  @Flag({ optional: true, description: 'All that are there, the oldest first; at most 1,000 at once.' })
  readonly all?: boolean;

  @Text({ min: 1, max: 128, optional: true, description: 'With `all`: only those of this consumer.' })
  readonly consumer?: string;
}

@Shape()
export class SettledDeadLetters {
  @WholeNumber({ description: 'How many were redriven or discarded.' })
  readonly settled!: number;

  @ListOf(text(), { description: 'Ids that are not there: redriven or discarded before, or never filed.' })
  readonly missing!: readonly string[];

  @Flag({ description: 'With `all`: there are more; repeat the request.' })
  readonly more!: boolean;
}
