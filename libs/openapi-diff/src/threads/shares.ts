/** Milliseconds in which past use counts half. */
const HALF_LIFE_MS = 30_000;
/** Milliseconds of recent use from which a tenant is heavy. */
export const HEAVY_MS = 2_000;
const MAX_KEPT = 1000;

interface Use {
  readonly ms: number;
  readonly at: number;
}

/** How much of the threads' time tenants have had lately. */
export class Shares {
  readonly #used = new Map<string, Use>();

  of(tenant: string, now: number): number {
    const use = this.#used.get(tenant);
    return use ? use.ms * 2 ** ((use.at - now) / HALF_LIFE_MS) : 0;
  }

  isHeavy(tenant: string, now: number): boolean {
    return this.of(tenant, now) >= HEAVY_MS;
  }

  add(tenant: string, ms: number, now: number): void {
    this.#used.set(tenant, { ms: this.of(tenant, now) + ms, at: now });
    if (this.#used.size <= MAX_KEPT) return;
    for (const known of this.#used.keys()) if (this.of(known, now) < 1) this.#used.delete(known);
  }
}
