import { MessageTooLarge } from './errors.js';
import { Retryable, Terminal, type ConsumeOptions } from './port.js';
import { assertFilter, storageOf } from './subjects.js';

/**
 * Bytes of a message, headers and serialized data together. Below the 1 MiB of NATS and of an append by the overhead of a
 * dead letter, so that every message that can be published can also be filed.
 */
export const MAX_MESSAGE_BYTES = 1_000_000;

/** Messages of one id within this time are one message. */
export const DEDUPE_MS = 120_000;

const NAME = /^[A-Za-z0-9_-]{1,100}$/;

export type ConsumePolicy = Required<Omit<ConsumeOptions, 'shareOf'>> & Pick<ConsumeOptions, 'shareOf'>;

/** Fills in the defaults of the port. @throws TypeError · RangeError naming the option */
export function consumePolicy(options: ConsumeOptions): ConsumePolicy {
  const { durable } = options;
  const policy = {
    ackWaitMs: 30_000,
    maxDeliver: 10,
    backoffMs: [1_000, 5_000, 15_000],
    concurrency: 16,
    ...withoutUndefined(options),
  };
  assertName('durable', durable);
  assertFilter(policy.subject);
  storageOf(policy.subject);
  if (!(policy.ackWaitMs > 0)) throw new RangeError(`ackWaitMs: must be above 0, got ${policy.ackWaitMs}`);
  if (policy.maxDeliver !== -1 && !(policy.maxDeliver >= 1)) {
    throw new RangeError(`maxDeliver: must be -1 or at least 1, got ${policy.maxDeliver}`);
  }
  if (!(policy.concurrency >= 1)) throw new RangeError(`concurrency: must be at least 1, got ${policy.concurrency}`);
  if (policy.backoffMs.length === 0) throw new RangeError('backoffMs: needs at least one delay');
  if (policy.shareOf && policy.maxDeliver !== -1) throw new RangeError('maxDeliver: must be -1 with shareOf');
  return policy;
}

/** @throws TypeError unless the name can be part of subjects and keys */
export function assertName(option: string, name: string): void {
  if (!NAME.test(name)) throw new TypeError(`${option}: expected letters, digits, - and _, got "${name}"`);
}

function withoutUndefined(options: ConsumeOptions): ConsumeOptions {
  return Object.fromEntries(
    Object.entries(options).filter(([, value]) => value !== undefined),
  ) as unknown as ConsumeOptions;
}

/** Work is processed once, so its subjects belong to one durable. */
export function workTaken(policy: ConsumePolicy, cause?: unknown): TypeError {
  const text = `subject: another durable already consumes work of ${policy.subject}; ${policy.durable} cannot`;
  return new TypeError(text, { cause });
}

export type Verdict = { readonly retryInMs: number } | { readonly dead: string };

/** The outcome for a message whose handler threw. */
export function verdictOn(error: unknown, deliveryCount: number, policy: ConsumePolicy): Verdict {
  const text = error instanceof Error ? error.message || error.name : String(error);
  if (error instanceof Terminal) return { dead: text };
  if (isLast(deliveryCount, policy)) return { dead: `gave up after ${deliveryCount} deliveries: ${text}` };
  if (error instanceof Retryable) return { retryInMs: Math.max(0, error.delayMs) };
  const delays = policy.backoffMs;
  return { retryInMs: delays[Math.min(deliveryCount, delays.length) - 1] ?? 0 };
}

/** Whether a handler's error is one of the port's, and not unexpected. */
export function isMeant(error: unknown): boolean {
  return error instanceof Terminal || error instanceof Retryable;
}

function isLast(deliveryCount: number, policy: ConsumePolicy): boolean {
  return policy.maxDeliver !== -1 && deliveryCount >= policy.maxDeliver;
}

/** The reason to file a dead letter before handling a message: all its deliveries went unacknowledged. */
export function exhausted(deliveryCount: number, policy: ConsumePolicy): string | undefined {
  if (policy.maxDeliver === -1 || deliveryCount <= policy.maxDeliver) return undefined;
  return `gave up after ${policy.maxDeliver} deliveries: the last was not acknowledged within ${policy.ackWaitMs} ms`;
}

/** @throws MessageTooLarge */
export function assertSize(subject: string, bytes: number, limit = MAX_MESSAGE_BYTES): void {
  if (bytes > limit) throw new MessageTooLarge(`message for ${subject}: ${bytes} bytes, at most ${limit} are allowed`);
}
