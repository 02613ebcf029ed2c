import { createHash } from 'node:crypto';
import { isJsonObject } from '@tidemark/foundation';
import { MessageTooLarge } from './errors.js';
import type { DeadLetter, Delivery, FiledLetter, OutgoingMessage } from './port.js';

/** Bytes that a dead letter may have. */
export const MAX_DEAD_LETTER_BYTES = 1_040_000;
const MAX_REASON_LENGTH = 4_000;
/** The owner of letters whose message names no tenant. */
const DEFAULT_TENANT = 'default';

type Failed = Pick<Delivery, 'subject' | 'id' | 'data' | 'headers' | 'deliveryCount'>;

/**
 * The dead letter of a message. `place` distinguishes two stored messages of one id, so that a message that was
 * redriven and failed again is filed again.
 */
export function deadLetter(
  { subject, id, data, headers, deliveryCount }: Failed,
  place: string | number,
  reason: string,
  durable: string,
): OutgoingMessage<DeadLetter> {
  const letter = { subject, id, data, headers, deliveryCount, durable, reason: reason.slice(0, MAX_REASON_LENGTH) };
  return {
    subject: `tidemark.dead.${durable}.${tenantToken(tenantOf(letter))}`,
    id: `dead:${durable}:${place}:${id}`,
    data: letter,
    headers: headers['traceparent'] === undefined ? {} : { traceparent: headers['traceparent'] },
  };
}

/** The tenant that the message names: in its data, or in the subject of an ingested object. */
export function tenantOf({ subject, data }: Pick<DeadLetter, 'subject' | 'data'>): string {
  if (isJsonObject(data) && typeof data['tenant'] === 'string') return data['tenant'];
  const [, kind, tenant] = subject.split('.', 3);
  return (kind === 'ingest' && tenant) || DEFAULT_TENANT;
}

/** A tenant as one token of a subject; two tenants never have the same. */
export function tenantToken(tenant: string): string {
  const token = tenant.replace(/[^A-Za-z0-9_-]/gu, (character) => `~${character.codePointAt(0)!.toString(16)}~`);
  return token !== '' && token.length <= 200 ? token : `~${hashOf(tenant)}`;
}

/** A stored letter; what another program published among them is shown as well as it can be. */
export function readLetter(message: Pick<OutgoingMessage, 'subject' | 'id' | 'data'>): DeadLetter {
  const { subject, id, data } = message;
  const letter = isJsonObject(data) ? (data as Partial<DeadLetter>) : {};
  if (typeof letter.subject === 'string' && typeof letter.reason === 'string') {
    return { id, data: null, headers: {}, durable: '', deliveryCount: 0, ...letter } as DeadLetter;
  }
  return { subject, id, data, headers: {}, durable: '', deliveryCount: 0, reason: 'not filed by Tidemark' };
}

/** A letter as it was stored at `place`, a number that grows; the key does not fit another letter at the same place. */
export function filedLetter(letter: DeadLetter, id: string, place: number, filedAt: number): FiledLetter {
  return { ...letter, key: `${place}-${hashOf(id).slice(0, 8)}`, filedAt };
}

/** The place in a key; undefined when it is no key. */
export function placeOf(key: string): number | undefined {
  return /^\d{1,15}-[0-9a-f]{8}$/.test(key) ? Number.parseInt(key, 10) : undefined;
}

const REDRIVEN = 'redriven:';

/** The message of a letter, to be handled once more. Redriving the same letter yields the same id. */
export function redriven({ subject, data, headers }: DeadLetter, letterId: string): OutgoingMessage {
  return { subject, id: REDRIVEN + hashOf(letterId), data, headers };
}

/** The letter that a message was redriven from, as letters and digits; undefined for any other message. */
export function letterOf(id: string): string | undefined {
  return id.startsWith(REDRIVEN) ? id.slice(REDRIVEN.length) : undefined;
}

/** Files a dead letter; one that is too large to file (its message is from another program) is filed without its data. */
export async function bury(
  publish: (letter: OutgoingMessage<DeadLetter>, limit: number) => Promise<unknown>,
  letter: OutgoingMessage<DeadLetter>,
): Promise<void> {
  try {
    await publish(letter, MAX_DEAD_LETTER_BYTES);
  } catch (error) {
    if (!(error instanceof MessageTooLarge)) throw error;
    const reason = `${letter.data.reason} (data left out: too large)`;
    await publish({ ...letter, data: { ...letter.data, data: null, reason } }, MAX_DEAD_LETTER_BYTES);
  }
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}
