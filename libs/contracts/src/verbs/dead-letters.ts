import { shaped } from '../fields/field-type.js';
import {
  DeadLetterDetail,
  DeadLetterPage,
  DeadLetterRef,
  ListDeadLetters,
  SettledDeadLetters,
  SettleDeadLetters,
} from '../shapes/dead-letters.js';
import { verb } from './verb.js';

const settled = shaped(() => SettledDeadLetters);

/** Messages that were set aside, whichever service they were for. */
export const deadLetterVerbs = {
  'list-dead-letters': verb({
    input: ListDeadLetters,
    output: shaped(() => DeadLetterPage),
    unknown: 'refuse',
    summary: "The tenant's messages that were set aside; those that name no tenant belong to `default`",
  }),
  'get-dead-letter': verb({
    input: DeadLetterRef,
    output: shaped(() => DeadLetterDetail),
    summary: 'One of them, with its message',
    errors: ['NOT_FOUND'],
  }),
  'redrive-dead-letters': verb({
    input: SettleDeadLetters,
    output: settled,
    unknown: 'refuse',
    summary: 'Has them handled again; may be repeated',
  }),
  'discard-dead-letters': verb({
    input: SettleDeadLetters,
    output: settled,
    unknown: 'refuse',
    summary: 'Deletes them; may be repeated',
  }),
};
