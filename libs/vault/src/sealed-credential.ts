import {
  EnvelopeError,
  keyIdOf,
  open,
  seal,
  type CredentialData,
  type CredentialKind,
  type MasterKeys,
  type Renewal,
} from '@tidemark/resilience';

/** A stored credential, without anything secret. Times are milliseconds since the epoch. */
export interface CredentialRecord {
  readonly id: string;
  readonly name: string;
  /** The connector that it is for. */
  readonly connector: string;
  readonly kind: CredentialKind;
  readonly createdAt: number;
  /** When its secrets were last replaced. */
  readonly updatedAt: number;
}

/** The content of an envelope. */
export interface Content {
  /** Differs with every change of `data`; sealing again and renewals in progress are no changes. */
  readonly revision: string;
  readonly data: CredentialData;
  readonly renewal?: Renewal | undefined;
}

const END_OF_RECORD = 0x0a;

/** The record as one line of JSON, then the envelope, which opens for this tenant and exactly this record alone. */
export function sealCredential(tenant: string, record: CredentialRecord, content: Content, keys: MasterKeys) {
  const line = JSON.stringify(record);
  const envelope = seal(Buffer.from(JSON.stringify(content), 'utf8'), [tenant, record.id, line], keys);
  return Buffer.concat([Buffer.from(line, 'utf8'), Buffer.of(END_OF_RECORD), envelope]);
}

/** The record as it stands there; whether it was changed shows when the credential is opened. */
export const recordIn = (value: Uint8Array): CredentialRecord => JSON.parse(split(value).line) as CredentialRecord;

/** The key that is needed to open it. @throws EnvelopeError */
export const keyOf = (value: Uint8Array): string => keyIdOf(split(value).envelope);

/** @throws EnvelopeError that names the credential: no such key, or the value or its record was changed */
export function openCredential(tenant: string, id: string, value: Uint8Array, keys: MasterKeys) {
  const { line, envelope } = split(value);
  try {
    const plain = open(envelope, [tenant, id, line], keys);
    return { record: recordIn(value), content: JSON.parse(Buffer.from(plain).toString('utf8')) as Content };
  } catch (error) {
    throw error instanceof EnvelopeError ? new EnvelopeError(`credential ${id}: ${error.message}`) : error;
  }
}

function split(value: Uint8Array): { readonly line: string; readonly envelope: Uint8Array } {
  const end = value.indexOf(END_OF_RECORD);
  return { line: Buffer.from(value.subarray(0, end)).toString('utf8'), envelope: value.subarray(end + 1) };
}
