import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { Hidden } from './secret.js';

/** Keys of 32 bytes by id: all of them open envelopes, the current one seals. */
export interface MasterKeys {
  readonly current: string;
  readonly keys: Readonly<Record<string, Uint8Array>>;
}

/** An envelope that was tampered with, belongs to another, or was sealed with a missing key. */
export class EnvelopeError extends Error {
  override readonly name = 'EnvelopeError';
}

const FORMAT = Buffer.from('TMC1');
const IV_BYTES = 12;
const TAG_BYTES = 16;
const KEY_BYTES = 32;

/**
 * Parses keys of 32 bytes in base64 or hex, separated by commas: the first seals, all of them open. A key's id is made
 * of its digest, so that their order does not matter for opening. @throws Error that quotes no key
 */
export function parseMasterKeys(text: string): MasterKeys {
  const keys = text.split(',').map((part, index) => {
    const bytes = keyBytes(part.trim());
    if (bytes?.length !== KEY_BYTES) throw new Error(`key ${index + 1}: expected ${KEY_BYTES} bytes in base64 or hex`);
    return [createHash('sha256').update('tidemark key id').update(bytes).digest('hex').slice(0, 8), bytes] as const;
  });
  return new KeySet(keys[0]![0], Object.fromEntries(keys));
}

class KeySet extends Hidden implements MasterKeys {
  constructor(
    readonly current: string,
    readonly keys: MasterKeys['keys'],
  ) {
    super();
  }
}

function keyBytes(text: string): Uint8Array | undefined {
  if (/^[0-9a-f]+$/i.test(text) && text.length === 2 * KEY_BYTES) return Buffer.from(text, 'hex');
  return /^[\w+/-]+={0,2}$/.test(text) ? Buffer.from(text, 'base64') : undefined;
}

/**
 * Encrypts with AES-256-GCM: `TMC1`, length and id of the key, 12 random bytes, 16 bytes of tag, ciphertext. `owner`
 * is not stored: the same one is needed to open it.
 */
export function seal(plain: Uint8Array, owner: readonly string[], { current, keys }: MasterKeys): Uint8Array {
  const key = keys[current];
  if (!key) throw new EnvelopeError(`there is no key ${current} to seal with`);
  const id = Buffer.from(current, 'utf8');
  const head = Buffer.concat([FORMAT, Buffer.of(id.length), id]);
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, iv, { authTagLength: TAG_BYTES }).setAAD(boundTo(head, owner));
  const sealed = Buffer.concat([cipher.update(plain), cipher.final()]);
  return Buffer.concat([head, iv, cipher.getAuthTag(), sealed]);
}

/** Decrypts what `seal` made for the same owner. @throws EnvelopeError */
export function open(envelope: Uint8Array, owner: readonly string[], { keys }: MasterKeys): Uint8Array {
  const bytes = Buffer.from(envelope.buffer, envelope.byteOffset, envelope.byteLength);
  const id = keyIdOf(bytes);
  const key = Object.hasOwn(keys, id) ? keys[id] : undefined;
  if (!key) throw new EnvelopeError(`it was sealed with key ${id}, which is not among the keys that are set`);
  const head = FORMAT.length + 1 + Buffer.byteLength(id);
  const body = head + IV_BYTES + TAG_BYTES;
  if (bytes.length < body) throw new EnvelopeError('it is truncated');
  const iv = bytes.subarray(head, head + IV_BYTES);
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, iv, { authTagLength: TAG_BYTES })
      .setAAD(boundTo(bytes.subarray(0, head), owner))
      .setAuthTag(bytes.subarray(head + IV_BYTES, body));
    return Buffer.concat([decipher.update(bytes.subarray(body)), decipher.final()]);
  } catch {
    throw new EnvelopeError('it was changed, or belongs to another tenant or credential');
  }
}

/** The key an envelope was sealed with. @throws EnvelopeError */
export function keyIdOf(envelope: Uint8Array): string {
  const bytes = Buffer.from(envelope.buffer, envelope.byteOffset, envelope.byteLength);
  if (!bytes.subarray(0, FORMAT.length).equals(FORMAT)) throw new EnvelopeError('it is no envelope of this version');
  const length = bytes[FORMAT.length] ?? 0;
  return bytes.subarray(FORMAT.length + 1, FORMAT.length + 1 + length).toString('utf8');
}

/** JSON separates parts that would be ambiguous when joined. */
const boundTo = (head: Uint8Array, owner: readonly string[]) =>
  Buffer.concat([head, Buffer.from(JSON.stringify(owner))]);
