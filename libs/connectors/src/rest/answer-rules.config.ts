import { z } from 'zod';
import { wholeNumber } from '@tidemark/connector-sdk/manifest';
import { expression } from './fields.config.js';

const shared = {
  status: z
    .array(wholeNumber(100, 599), { error: 'must be a list of statuses' })
    .min(1, 'must have at least one status')
    .max(50, 'must have at most 50 statuses')
    .describe('HTTP statuses that it applies to; default all')
    .optional(),
  when: expression.describe('Condition on `status`, `headers` (lower-case names) and `body` of the answer').optional(),
  message: expression.describe("Finds the system's own message, from the same").optional(),
  waitSeconds: z
    .union([z.number().min(0).max(86_400), expression], { error: 'must be seconds, or an expression that finds them' })
    .describe('How long the system asks to wait: seconds, or an expression that finds them')
    .optional(),
};

/** Rules on answers with these outcomes: the first one that applies decides. */
export const answerRules = <const Outcome extends string>(outcomes: readonly Outcome[]) =>
  z
    .array(
      z
        .strictObject({ ...shared, then: z.enum(outcomes, { error: `must be one of ${outcomes.join(', ')}` }) })
        .refine(({ status, when }) => status ?? when, { path: ['when'], error: 'is required, or a status' }),
      { error: 'must be a list of rules' },
    )
    .max(20, 'must have at most 20 rules');

export interface AnswerRule {
  readonly status?: readonly number[] | undefined;
  readonly when?: string | undefined;
  readonly then: string;
  readonly message?: string | undefined;
  readonly waitSeconds?: number | string | undefined;
}
