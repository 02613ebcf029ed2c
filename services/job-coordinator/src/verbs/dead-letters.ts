import {
  TidemarkError,
  type DeadLetterDetail,
  type DeadLetterPage,
  type DeadLetterRef,
  type FiledDeadLetter,
  type ListDeadLetters,
  type SettledDeadLetters,
  type SettleDeadLetters,
} from '@tidemark/contracts';
import { instantOf } from '@tidemark/foundation';
import type { DeadLetters, FiledLetter } from '@tidemark/messaging';
import { withoutSecrets } from './without-secrets.js';

const PAGE = 100;
const MAX_AT_ONCE = 1_000;

export async function listDeadLetters(
  letters: DeadLetters,
  { tenant, after, limit = 50 }: ListDeadLetters,
): Promise<DeadLetterPage> {
  const found = await letters.list(tenant, { after, limit: limit + 1 });
  const data = found.slice(0, limit).map(described);
  return { data, next: found.length > limit ? data.at(-1)!.id : null };
}

/** @throws TidemarkError NOT_FOUND */
export async function getDeadLetter(letters: DeadLetters, { tenant, id }: DeadLetterRef): Promise<DeadLetterDetail> {
  const letter = await letters.find(tenant, id);
  if (!letter) throw new TidemarkError('NOT_FOUND', 'no such dead letter: was it redriven or discarded?');
  const { data, headers } = letter;
  return { ...described(letter), data: withoutSecrets(data), headers: withoutSecrets(headers) as object };
}

/** Redrives or discards the given ones, or all that are there now. One that fails again is a new one. */
export async function settleDeadLetters(
  letters: DeadLetters,
  how: 'redrive' | 'discard',
  { tenant, ids, consumer }: SettleDeadLetters,
): Promise<SettledDeadLetters> {
  const keys = ids ?? (await keysOf(letters, tenant, consumer));
  const missing: string[] = [];
  for (const key of new Set(keys.slice(0, MAX_AT_ONCE))) if (!(await letters[how](tenant, key))) missing.push(key);
  const settled = new Set(keys.slice(0, MAX_AT_ONCE)).size - missing.length;
  return { settled, missing, more: keys.length > MAX_AT_ONCE };
}

async function keysOf(letters: DeadLetters, tenant: string, consumer: string | undefined): Promise<string[]> {
  const keys: string[] = [];
  for (let after: string | undefined; keys.length <= MAX_AT_ONCE;) {
    const page = await letters.list(tenant, { after, limit: PAGE });
    for (const { key, durable } of page) if (consumer === undefined || durable === consumer) keys.push(key);
    if (page.length < PAGE) break;
    after = page.at(-1)!.key;
  }
  return keys;
}

const described = ({ key, durable, subject, id, reason, deliveryCount, filedAt }: FiledLetter): FiledDeadLetter => ({
  ...{ id: key, consumer: durable, subject, messageId: id, deliveries: deliveryCount },
  ...{ reason: withoutSecrets(reason) as string, filedAt: instantOf(filedAt) },
});
