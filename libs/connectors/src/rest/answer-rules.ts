import type { Meaning } from '@tidemark/resilience';
import type { Json } from '@tidemark/connector-sdk';
import type { AnswerRule } from './answer-rules.config.js';

/** What a rule made of an answer. */
export interface Ruled {
  readonly then: string;
  readonly message?: string;
  readonly retryAfterMs?: number;
}

/** The statuses that an answer would have had. */
const STATUS: Readonly<Record<string, number>> = { fail: 400, retry: 503, rateLimit: 429, auth: 401 };

/** The expressions of some rules, in the order that `ruled` expects their values in. */
export const expressionsOf = (rules: readonly AnswerRule[]): string[] =>
  rules.flatMap(({ when, message, waitSeconds }) => [
    when ?? '`true`',
    message ?? '`null`',
    typeof waitSeconds === 'string' ? waitSeconds : '`null`',
  ]);

/** The outcome of the first rule that applies. `values`: those of `expressionsOf`, on the answer. */
export function ruled(rules: readonly AnswerRule[], status: number, values: readonly Json[]): Ruled | undefined {
  for (const [at, rule] of rules.entries()) {
    if (rule.status && !rule.status.includes(status)) continue;
    const [when, message, found] = values.slice(3 * at, 3 * at + 3) as [Json, Json, Json];
    if (!truthy(when)) continue;
    const seconds = Number(rule.waitSeconds === undefined || typeof rule.waitSeconds === 'string' ? found ?? NaN : rule.waitSeconds); // prettier-ignore
    return {
      then: rule.then,
      ...(message !== null && { message: typeof message === 'string' ? message : JSON.stringify(message) }),
      ...(seconds >= 0 && { retryAfterMs: Math.min(Math.ceil(seconds * 1000), 86_400_000) }),
    };
  }
  return undefined;
}

/** As the HTTP client understands it; a success where the rule is no failure. */
export function meaningOf({ then, message, retryAfterMs }: Ruled): Meaning {
  return {
    status: STATUS[then] ?? 200,
    ...(message !== undefined && { message }),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  };
}

/** As JMESPath has it: empty lists, objects and texts are false. */
function truthy(value: Json): boolean {
  if (value === null || value === false || value === '') return false;
  return typeof value !== 'object' || Object.keys(value).length > 0;
}
