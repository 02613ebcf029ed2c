import type { Json } from '@tidemark/foundation';
import { decode, type Decoding } from './decode.js';
import { evaluate, Inapplicable } from './evaluate.js';

/** An answer, and the expressions to evaluate on it. */
export interface DigestOrder {
  readonly bytes: Uint8Array;
  readonly decoding: Decoding;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** On the body; of the first one the value may be a long list. */
  readonly find: readonly string[];
  /** On `{ status, headers, body }`; null where it cannot be evaluated. */
  readonly rules: readonly string[];
}

export interface Digest {
  /** Empty when an expression was not applicable. */
  readonly found: readonly Json[];
  readonly ruled: readonly Json[];
  /** The first expression that cannot be evaluated on this body. */
  readonly inapplicable?: { readonly index: number; readonly why: string };
  /** What the body itself says of an error, where it is small. */
  readonly body: Json;
}

const SMALL = 64 * 1024;

/** @throws Undecodable */
export function digest({ bytes, decoding, status, headers, find, rules }: DigestOrder): Digest {
  const body = bytes.byteLength === 0 ? null : decode(bytes, decoding);
  const whole = { status, headers, body };
  const ruled = rules.map((rule) => leniently(() => evaluate(whole, [rule])[0]!));
  const shown = bytes.byteLength <= SMALL ? body : null;
  try {
    return { found: evaluate(body, find), ruled, body: shown };
  } catch (error) {
    if (!(error instanceof Inapplicable)) throw error;
    return { found: [], ruled, body: shown, inapplicable: { index: error.index, why: error.why } };
  }
}

/** A condition that does not fit an answer does not apply to it. */
function leniently(work: () => Json): Json {
  try {
    return work();
  } catch (error) {
    if (error instanceof Inapplicable) return null;
    throw error;
  }
}
