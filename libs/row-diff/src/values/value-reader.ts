import type { Value } from '../row.js';
import { Canonical, END_OF_TEXT, Kind } from './tags.js';

/** Gives back, one after the other, the values that a ValueWriter wrote. */
export class ValueReader {
  #bytes: Buffer = Buffer.alloc(0);
  #at = 0;
  #kindAt = 0;

  /** @param at where the canonical bytes begin @param kindAt where the kinds begin, in the same bytes */
  open(bytes: Buffer, at: number, kindAt: number): void {
    this.#bytes = bytes;
    this.#at = at;
    this.#kindAt = kindAt;
  }

  value(): Value {
    const kind = this.#bytes[this.#kindAt++]!;
    const canonical = this.#bytes[this.#at++]!;
    switch (kind) {
      case Kind.string:
        return this.#text();
      case Kind.number:
        return Number(this.#text());
      case Kind.null:
        return null;
      case Kind.missing:
        return undefined;
      case Kind.boolean:
        return canonical === Canonical.true;
      case Kind.negativeZero:
        this.#at = this.#bytes.indexOf(END_OF_TEXT, this.#at) + 1;
        return -0;
      case Kind.bigint:
        return BigInt(this.#text());
      case Kind.date:
        return this.#date(canonical);
      case Kind.instantText:
        return this.#instantText();
      case Kind.bytes:
        return this.#binary();
      case Kind.array:
        return this.#array();
      case Kind.object:
        return this.#object();
      default:
        throw new RangeError(`a value of unknown kind ${kind}`);
    }
  }

  /** Without a call for short ASCII texts, which most are. */
  #text(): string {
    const bytes = this.#bytes;
    const start = this.#at;
    let end = start;
    let every = 0;
    for (let byte = bytes[end]!; byte !== END_OF_TEXT; byte = bytes[++end]!) every |= byte;
    this.#at = end + 1;
    return every < 128 ? bytes.toString('latin1', start, end) : bytes.toString('utf8', start, end);
  }

  #date(canonical: number): Date {
    if (canonical === Canonical.invalidDate) return new Date(NaN);
    this.#at += 12;
    return new Date(this.#bytes.readDoubleBE(this.#at - 12));
  }

  #instantText(): string {
    this.#at += 12;
    const end = this.#bytes.indexOf(END_OF_TEXT, this.#kindAt);
    const text = this.#bytes.toString('latin1', this.#kindAt, end);
    this.#kindAt = end + 1;
    return text;
  }

  #binary(): Uint8Array {
    const start = this.#at + 4;
    this.#at = start + this.#bytes.readUInt32BE(this.#at);
    return new Uint8Array(this.#bytes.subarray(start, this.#at));
  }

  #array(): Value[] {
    const values: Value[] = [];
    while (this.#bytes[this.#at] !== Canonical.end) values.push(this.value());
    this.#at++;
    return values;
  }

  #object(): Record<string, Value> {
    const object: Record<string, Value> = {};
    while (this.#bytes[this.#at] !== Canonical.end) {
      this.#at++;
      setMember(object, this.#text(), this.value());
    }
    this.#at++;
    return object;
  }
}

/** Also for the one name whose assignment does something else. */
export function setMember(object: Record<string, Value>, name: string, value: Value): void {
  if (name !== '__proto__') object[name] = value;
  else Object.defineProperty(object, name, { value, enumerable: true, configurable: true, writable: true });
}

/** Where the canonical value that begins at `at` ends. */
export function skipValue(bytes: Buffer, at: number): number {
  const canonical = bytes[at++]!;
  switch (canonical) {
    case Canonical.text:
    case Canonical.number:
      while (bytes[at] !== END_OF_TEXT) at++;
      return at + 1;
    case Canonical.instant:
      return at + 12;
    case Canonical.bytes:
      return at + 4 + bytes.readUInt32BE(at);
    case Canonical.object:
    case Canonical.array:
      while (bytes[at] !== Canonical.end) at = skipValue(bytes, at);
      return at + 1;
    default:
      return at;
  }
}
