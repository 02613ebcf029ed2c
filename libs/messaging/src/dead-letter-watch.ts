import { toError, type Conditions } from '@tidemark/foundation';
import { counter } from '@tidemark/telemetry';
import type { DeadLetter, DeadLetters } from './port.js';

const SUBJECT = 'dead letters';
const LOOK_EVERY_MS = 5_000;

const filedLetters = counter(
  'tidemark_dead_letters_total',
  'Messages that were set aside as dead letters, by consumer',
);

/** A message that will not be handled again until an operator acts. */
class SetAside extends Error {
  override readonly name = 'SetAside';
}

/** Makes dead letters known: a line and a metric for each, and a condition for as long as there are any. */
export class DeadLetterWatch {
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(
    private readonly letters: Pick<DeadLetters, 'count'>,
    private readonly conditions: Conditions | undefined,
    private readonly onError: (error: Error) => void,
  ) {}

  /** Looks for letters of earlier runs. */
  start(): void {
    void this.#look();
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  filed({ subject, id, durable, reason }: DeadLetter): void {
    filedLetters.add(1, { consumer: durable });
    this.onError(new SetAside(`message ${id} on ${subject} was set aside as a dead letter of ${durable}: ${reason}`));
    void this.#look();
  }

  /** A letter that cannot be stored: its message stays where it is, and is tried again. */
  refused(error: unknown): void {
    this.conditions?.raise(SUBJECT, `cannot be stored: ${toError(error).message}; their messages are held back`);
    this.#lookLater();
  }

  async #look(): Promise<void> {
    if (!this.conditions || this.#stopped) return;
    try {
      const count = await this.letters.count();
      if (count === 0) return this.conditions.clear(SUBJECT);
      this.conditions.raise(SUBJECT, `${count} to be redriven or discarded: tidemark dead-letters list`);
    } catch {
      // The broker's own health says why it cannot be reached.
    }
    this.#lookLater();
  }

  #lookLater(): void {
    clearTimeout(this.#timer);
    if (!this.#stopped) this.#timer = setTimeout(() => void this.#look(), LOOK_EVERY_MS).unref();
  }
}
