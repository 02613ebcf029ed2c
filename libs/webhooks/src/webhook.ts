/** An HTTP request as it arrived. */
export interface WebhookRequest {
  /** Names in any case; a header that was sent more than once is a list. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly query?: Readonly<Record<string, unknown>>;
  /** Exactly the bytes received: signatures are made over them. */
  readonly body: Uint8Array;
}

export interface PushedObject {
  /** Name of a source's object: `issues`. */
  readonly object: string;
  /** As the source fetches it; absent: something of this object changed. */
  readonly externalId?: string;
}

/** Something changed. */
export interface Push {
  readonly kind: 'push';
  /** The same for every repetition of a delivery; null when the sender gives nothing to recognise one by. */
  readonly deliveryId: string | null;
  /** Empty: something changed that the sender does not name. */
  readonly objects: readonly PushedObject[];
}

/** To be answered with status 200 and this; nothing else follows from it: handshakes, pings, events of no interest. */
export interface Answer {
  readonly kind: 'answer';
  readonly contentType: 'application/json' | 'text/plain';
  readonly body: string;
}

/** The sender announces the secret that it will sign with. Unsigned: to be taken only while no secret is known. */
export interface OfferedSecret {
  readonly kind: 'secret';
  readonly secret: string;
}

/** Not from the sender that it claims to be from, altered, or too old. The reason is for the operator, not for an answer. */
export interface Refused {
  readonly kind: 'refused';
  readonly reason: string;
}

export type Webhook = Push | Answer | OfferedSecret | Refused;

export interface Verification {
  /** Any of them counts, so that a new one can be introduced before the old one ends. Without any, nothing is genuine. */
  readonly secrets: readonly string[];
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** How one sender signs and describes what it sends. Neither function throws, whatever arrives. */
export interface WebhookScheme {
  receive(request: WebhookRequest, verification: Verification): Webhook;
}

export const refused = (reason: string): Refused => ({ kind: 'refused', reason });
export const answer = (body = '', contentType: Answer['contentType'] = 'text/plain'): Answer => ({
  kind: 'answer',
  contentType,
  body,
});
