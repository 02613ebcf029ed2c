import type { Value } from '../row.js';
import { rawNumber } from './raw-number.js';
import { Canonical, END_OF_TEXT, Kind } from './tags.js';

const ZERO = 48;
const NINE = 57;
const MINUS = 45;
const POINT = 46;
/** Bytes of a number whose digits are below 2^53 for sure. */
const FEW = 16;

/** The call that Buffer.toString makes for Latin-1 texts, without the time that it takes to get there. */
interface SliceableBuffer extends Buffer {
  latin1Slice(start: number, end: number): string;
}

/** Returns, one after the other, the values that a ValueWriter wrote. */
export class ValueReader {
  #bytes = Buffer.alloc(0) as SliceableBuffer;
  #at = 0;
  #kindAt = 0;

  /** @param at where the canonical bytes begin @param kindAt where the kinds begin, in the same bytes */
  open(bytes: Buffer, at: number, kindAt: number): void {
    this.#bytes = bytes as SliceableBuffer;
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
        return this.#number();
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
      case Kind.rawNumber:
        this.#at = this.#bytes.indexOf(END_OF_TEXT, this.#at) + 1;
        return rawNumber(this.#kindText());
      case Kind.array:
        return this.#array();
      case Kind.object:
        return this.#object();
      default:
        throw new RangeError(`a value of unknown kind ${kind}`);
    }
  }

  #text(): string {
    const start = this.#at;
    const ascii = this.#endText();
    const end = this.#at - 1;
    return ascii ? this.#bytes.latin1Slice(start, end) : this.#bytes.toString('utf8', start, end);
  }

  /** Skips the text. @returns whether it is ASCII */
  #endText(): boolean {
    const bytes = this.#bytes;
    let at = this.#at;
    let every = 0;
    for (let byte = bytes[at]!; byte !== END_OF_TEXT; byte = bytes[++at]!) every |= byte;
    this.#at = at + 1;
    return every < 128;
  }

  /** Of few digits the number is made here: a whole number divided by a power of ten is rounded once, as it must be. */
  #number(): number {
    const bytes = this.#bytes;
    const start = this.#at;
    const negative = bytes[start] === MINUS;
    let at = negative ? start + 1 : start;
    let digits = 0;
    let scale = 0;
    for (let byte = bytes[at]!; byte !== END_OF_TEXT && at - start < FEW; byte = bytes[++at]!) {
      if (byte === POINT) scale = 1;
      else if (byte >= ZERO && byte <= NINE) [digits, scale] = [digits * 10 + byte - ZERO, scale * 10];
      else break;
    }
    if (bytes[at] !== END_OF_TEXT) return Number(this.#text());
    this.#at = at + 1;
    const number = scale > 1 ? digits / scale : digits;
    return negative ? -number : number;
  }

  #date(canonical: number): Date {
    if (canonical === Canonical.invalidDate) return new Date(NaN);
    this.#at += 12;
    return new Date(this.#bytes.readDoubleBE(this.#at - 12));
  }

  #instantText(): string {
    this.#at += 12;
    return this.#kindText();
  }

  #kindText(): string {
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

/** Also for `__proto__`, whose assignment has another effect. */
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
