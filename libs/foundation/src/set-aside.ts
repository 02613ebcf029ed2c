import type { Conditions } from './conditions.js';

const SHOWN = 5;

/** Things of one kind that stand still while everything else goes on; together they are one condition. */
export class SetAside {
  readonly #reasons = new Map<string, string>();

  constructor(
    private readonly conditions: Conditions,
    /** The condition's subject: `jobs`. */
    private readonly subject: string,
  ) {}

  has(id: string): boolean {
    return this.#reasons.has(id);
  }

  /** False when it was set aside before; its first reason is kept. */
  add(id: string, reason: string): boolean {
    if (this.has(id)) return false;
    this.#reasons.set(id, reason);
    this.#show();
    return true;
  }

  remove(id: string): void {
    if (this.#reasons.delete(id)) this.#show();
  }

  #show(): void {
    const { size } = this.#reasons;
    if (size === 0) return this.conditions.clear(this.subject);
    const shown = Array.from(this.#reasons, ([id, reason]) => `${id}: ${reason}`).slice(-SHOWN);
    const rest = size > SHOWN ? [`and ${size - SHOWN} more`] : [];
    this.conditions.raise(this.subject, `${size} set aside: ${[...shown, ...rest].join('; ')}`);
  }
}
