import type { Msg, MsgHdrs, PublishOptions } from 'nats';
import type { Headers } from '../port.js';
import { assertSize } from '../policy.js';

export const MESSAGE_ID = 'Nats-Msg-Id';

const NAME = /^[!-9;-~]+$/;
const LINE_END = /[\r\n]/;
const NONE: Headers = Object.freeze({});

/** Headers as bytes. The client only uses `encode` of a header object; its own class costs ten times as much. */
class EncodedHeaders {
  constructor(readonly bytes: Uint8Array) {}
  encode(): Uint8Array {
    return this.bytes;
  }
}

/** @throws TypeError for a name or value that a header cannot hold */
export function encodeHeaders(headers: Headers, messageId?: string): MsgHdrs | undefined {
  let text = 'NATS/1.0\r\n';
  if (messageId !== undefined) text += line(MESSAGE_ID, messageId);
  for (const name in headers) text += line(name, headers[name]!);
  if (text.length === 10) return undefined;
  return new EncodedHeaders(Buffer.from(text + '\r\n')) as unknown as MsgHdrs;
}

function line(name: string, value: string): string {
  if (!NAME.test(name)) throw new TypeError(`headers: "${name}" is not a header name`);
  if (LINE_END.test(value)) throw new TypeError(`headers: the value of "${name}" has a line end`);
  return `${name}: ${value}\r\n`;
}

/** The caller's headers: those of the broker (`Nats-…`) left out, names in lower case. */
export function decodeHeaders(message: Msg): Headers {
  const source = message.headers;
  if (!source) return NONE;
  const headers: Record<string, string> = {};
  for (const [name, values] of source) {
    if (!name.startsWith('Nats-')) headers[name.toLowerCase()] = values[0] ?? '';
  }
  return headers;
}

/** JSON in UTF-8; no bytes for undefined. */
export function encodeData(data: unknown): Uint8Array {
  return data === undefined ? new Uint8Array(0) : Buffer.from(JSON.stringify(data));
}

/** @throws SyntaxError when the bytes are not JSON */
export function decodeData(bytes: Uint8Array): unknown {
  if (bytes.length === 0) return undefined;
  return JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString());
}

export interface Encoded {
  readonly payload: Uint8Array;
  readonly headers: MsgHdrs | undefined;
}

/** The client accepts no headers that are undefined. */
export const optionsOf = ({ headers }: Encoded): PublishOptions => (headers ? { headers } : {});

/** @throws MessageTooLarge · TypeError */
export function encodeMessage(
  subject: string,
  data: unknown,
  headers: Headers = NONE,
  messageId?: string,
  limit?: number,
): Encoded {
  const payload = encodeData(data);
  const encoded = encodeHeaders(headers, messageId);
  assertSize(subject, payload.length + (encoded ? (encoded as unknown as EncodedHeaders).bytes.length : 0), limit);
  return { payload, headers: encoded };
}

/** Rewrites the first token of subjects between `tidemark`, which callers see, and the namespace on the server. */
export class Namespace {
  readonly #plain: boolean;

  /** @throws TypeError unless the name is one token that a stream's name may hold */
  constructor(readonly name: string) {
    if (!/^[A-Za-z0-9_-]{1,64}$/.test(name)) {
      throw new TypeError(`namespace: expected letters, digits, - and _, got "${name}"`);
    }
    this.#plain = name === 'tidemark';
  }

  out(subject: string): string {
    return this.#plain ? subject : this.name + subject.slice('tidemark'.length);
  }

  in(subject: string): string {
    return this.#plain ? subject : 'tidemark' + subject.slice(this.name.length);
  }
}
