import { BoundedCache } from '@tidemark/foundation';
import { TidemarkError } from '@tidemark/contracts';
import { Slots } from '../limits/slots.js';

export interface OpenStream {
  /** Aborted when the key is revoked, with the error for the caller. */
  readonly signal: AbortSignal;
  /** The stream is over. */
  close(): void;
}

/** The streams that callers have open: so many for each key, and only for as long as the key is valid. */
export class OpenStreams {
  readonly #byKey = new Map<string, Set<AbortController>>();
  /** A stream may be opened by a call that was let in just before. */
  readonly #revoked = new BoundedCache<object>(1000);
  readonly #slots: Slots;

  constructor(limits: { readonly all: number; readonly each: number }) {
    this.#slots = new Slots({ ...limits, what: 'open streams' });
  }

  /** @throws TidemarkError RATE_LIMITED · SERVICE_UNAVAILABLE · UNAUTHENTICATED */
  open(keyId: string): OpenStream {
    if (this.#revoked.get(keyId)) throw revoked();
    const release = this.#slots.take(keyId);
    const controller = new AbortController();
    const open = this.#byKey.get(keyId) ?? new Set();
    this.#byKey.set(keyId, open.add(controller));
    return {
      signal: controller.signal,
      close: () => {
        release();
        if (open.delete(controller) && open.size === 0) this.#byKey.delete(keyId);
      },
    };
  }

  /** Ends the streams of a key that was revoked. */
  end(keyId: string): void {
    this.#revoked.set(keyId, {});
    for (const controller of [...(this.#byKey.get(keyId) ?? [])]) controller.abort(revoked());
  }
}

const revoked = () => new TidemarkError('UNAUTHENTICATED', 'the API key was revoked');
