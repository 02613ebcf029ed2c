import { decimalText } from './decimal-text.js';
import { type Instant, parseInstant } from './instant.js';
import { Canonical, END_OF_TEXT, Kind } from './tags.js';
import { isRawNumber, plainDecimal } from './raw-number.js';
import type { Row, Value } from '../row.js';

/** Values nested deeper than this count as a cycle. */
const MAX_DEPTH = 500;
/** Texts up to here are copied faster by hand than by a call. */
const SHORT = 32;

const FIRST_LENGTH = 4096;

const ZERO = 48;
const MINUS = 45;
const POINT = 46;

/**
 * Turns values into two runs of bytes: `canonical`, which is equal for equal values and is compared and hashed,
 * and `kinds`, the original types, so that both together restore the values.
 */
export class ValueWriter {
  canonical = Buffer.alloc(FIRST_LENGTH);
  /** The same bytes as little-endian words. */
  words = new Int32Array(this.canonical.buffer, this.canonical.byteOffset, this.canonical.length >>> 2);
  length = 0;
  kinds = Buffer.alloc(64);
  kindsLength = 0;
  readonly #instant: Instant = { ms: 0, ns: 0 };
  readonly #float = new DataView(new ArrayBuffer(8));

  clear(): void {
    this.length = 0;
    this.kindsLength = 0;
  }

  /** Pads the last word with zeros, as required by hashes over words. */
  pad(): void {
    this.#room(4);
    for (let at = this.length; (at & 3) !== 0; at++) this.canonical[at] = 0;
  }

  /** Frees memory that a long value used. */
  trim(): void {
    if (this.canonical.length > FIRST_LENGTH) this.#take(Buffer.alloc(FIRST_LENGTH));
  }

  /** The canonical bytes and, behind them, the kinds; valid until the next value. */
  withKinds(): Buffer {
    this.#room(this.kindsLength);
    for (let i = 0; i < this.kindsLength; i++) this.canonical[this.length + i] = this.kinds[i]!;
    return this.canonical;
  }

  /** A column's value: a number is the same as its decimal text. @throws TypeError for values that cannot be compared, like functions */
  column(value: Value): void {
    switch (typeof value) {
      case 'string':
        this.#string(value);
        break;
      case 'number':
        this.#number(value, Canonical.text);
        break;
      case 'bigint':
        this.#kind(Kind.bigint);
        this.#text(Canonical.text, value.toString());
        break;
      default:
        if (isRawNumber(value)) this.#rawNumber(value.rawJSON, Canonical.text);
        else this.#other(value, 0);
    }
  }

  #nested(value: Value, depth: number): void {
    if (depth > MAX_DEPTH) throw new TypeError(`is nested deeper than ${MAX_DEPTH} levels, or contains itself`);
    switch (typeof value) {
      case 'string':
        this.#string(value);
        break;
      case 'number':
        this.#number(value, Canonical.number);
        break;
      case 'bigint':
        this.#kind(Kind.bigint);
        this.#text(Canonical.number, value.toString());
        break;
      default:
        if (isRawNumber(value)) this.#rawNumber(value.rawJSON, Canonical.number);
        else this.#other(value, depth);
    }
  }

  #other(value: Value, depth: number): void {
    if (value === null) return this.#plain(Kind.null, Canonical.null);
    if (value === undefined) return this.#plain(Kind.missing, Canonical.null);
    if (typeof value === 'boolean') return this.#plain(Kind.boolean, value ? Canonical.true : Canonical.false);
    if (typeof value !== 'object') throw new TypeError(`is a ${typeof value}, which cannot be compared`);
    if (value instanceof Date) return this.#date(value);
    if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return this.#binary(value, depth);
    if (Array.isArray(value)) return this.#array(value, depth);
    if ('toJSON' in value && typeof value.toJSON === 'function') {
      const json = value.toJSON() as Value;
      return depth === 0 ? this.column(json) : this.#nested(json, depth + 1);
    }
    if (Symbol.iterator in value) throw new TypeError(`is a ${value.constructor?.name}, which cannot be compared`);
    return this.#object(value as Row, depth);
  }

  #plain(kind: number, canonical: number): void {
    this.#kind(kind);
    this.#room(1);
    this.canonical[this.length++] = canonical;
  }

  #string(text: string): void {
    if (parseInstant(text, this.#instant)) {
      this.#kind(Kind.instantText);
      this.#kindText(text);
      this.#instantOf(this.#instant.ms, this.#instant.ns);
      return;
    }
    this.#kind(Kind.string);
    this.#text(Canonical.text, text);
  }

  #number(value: number, canonical: number): void {
    this.#kind(Object.is(value, -0) ? Kind.negativeZero : Kind.number);
    // Most numbers are whole, or have a few decimals: their digits are written without a text in between.
    const size = Math.abs(value);
    if (size > 999_999_999) return this.#text(canonical, decimalText(value));
    let digits = Math.round(size * 10_000);
    if (digits / 10_000 !== size) return this.#text(canonical, decimalText(value));
    let decimals = 4;
    if (digits % 10_000 === 0) [digits, decimals] = [digits / 10_000, 0];
    else for (; digits % 10 === 0; decimals--) digits /= 10;
    this.#digits(canonical, value < 0, digits, decimals);
  }

  /** @param digits a whole number below 2^53 @param decimals how many of its digits are behind the point */
  #digits(canonical: number, negative: boolean, digits: number, decimals: number): void {
    this.#room(24);
    const bytes = this.canonical;
    bytes[this.length++] = canonical;
    if (negative) bytes[this.length++] = MINUS;
    let count = decimals + 1;
    for (let bound = 10 ** count; digits >= bound; bound *= 10) count++;
    let at = this.length + count + (decimals > 0 ? 1 : 0);
    this.length = at + 1;
    bytes[at--] = END_OF_TEXT;
    for (let i = 0; i < count; i++) {
      if (i === decimals && i > 0) bytes[at--] = POINT;
      const rest = Math.floor(digits / 10);
      bytes[at--] = ZERO + digits - rest * 10;
      digits = rest;
    }
  }

  #text(canonical: number, text: string): void {
    const length = text.length;
    this.#room(length * 3 + 2);
    const bytes = this.canonical;
    let at = this.length;
    bytes[at++] = canonical;
    if (length <= SHORT) {
      let i = 0;
      for (; i < length; i++) {
        const code = text.charCodeAt(i);
        if (code > 127) break;
        bytes[at + i] = code;
      }
      at += i < length ? bytes.write(text, at, 'utf8') : length;
    } else {
      at += bytes.write(text, at, 'utf8');
    }
    bytes[at++] = END_OF_TEXT;
    this.length = at;
  }

  #rawNumber(digits: string, canonical: number): void {
    this.#kind(Kind.rawNumber);
    this.#kindText(digits);
    this.#text(canonical, plainDecimal(digits));
  }

  #date(date: Date): void {
    this.#kind(Kind.date);
    const ms = date.getTime();
    if (!Number.isNaN(ms)) return this.#instantOf(ms, 0);
    this.#room(1);
    this.canonical[this.length++] = Canonical.invalidDate;
  }

  #instantOf(ms: number, ns: number): void {
    this.#room(13);
    this.#float.setFloat64(0, ms);
    const [bytes, float, at] = [this.canonical, this.#float, this.length];
    bytes[at] = Canonical.instant;
    for (let i = 0; i < 8; i++) bytes[at + 1 + i] = float.getUint8(i);
    for (let i = 0; i < 4; i++) bytes[at + 9 + i] = ns >>> (24 - 8 * i);
    this.length = at + 13;
  }

  #binary(value: ArrayBufferView | ArrayBufferLike, depth: number): void {
    if (ArrayBuffer.isView(value) && !(value instanceof Uint8Array) && !(value instanceof DataView)) {
      return this.#array(Array.from(value as unknown as Iterable<number | bigint>), depth);
    }
    const bytes = ArrayBuffer.isView(value)
      ? new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
      : new Uint8Array(value);
    this.#kind(Kind.bytes);
    this.#room(bytes.length + 5);
    this.canonical[this.length] = Canonical.bytes;
    this.canonical.writeUInt32BE(bytes.length, this.length + 1);
    this.canonical.set(bytes, this.length + 5);
    this.length += bytes.length + 5;
  }

  #array(values: readonly Value[], depth: number): void {
    this.#plain(Kind.array, Canonical.array);
    for (const value of values) this.#nested(value, depth + 1);
    this.#end();
  }

  #object(value: Row, depth: number): void {
    this.#plain(Kind.object, Canonical.object);
    for (const name of Object.keys(value).sort()) {
      if (value[name] === undefined) continue;
      this.#text(Canonical.text, name);
      this.#nested(value[name], depth + 1);
    }
    this.#end();
  }

  #end(): void {
    this.#room(1);
    this.canonical[this.length++] = Canonical.end;
  }

  #kind(kind: number): void {
    if (this.kindsLength === this.kinds.length) this.kinds = Buffer.concat([this.kinds], this.kinds.length * 2);
    this.kinds[this.kindsLength++] = kind;
  }

  #kindText(text: string): void {
    // Only ASCII: it names an instant or a number.
    const needed = this.kindsLength + text.length + 1;
    if (needed > this.kinds.length) this.kinds = Buffer.concat([this.kinds], needed * 2);
    this.kindsLength += this.kinds.write(text, this.kindsLength, 'latin1');
    this.kinds[this.kindsLength++] = END_OF_TEXT;
  }

  #room(bytes: number): void {
    const needed = this.length + bytes;
    if (needed <= this.canonical.length) return;
    const larger = Buffer.alloc((needed * 2 + 3) & ~3);
    larger.set(this.canonical.subarray(0, this.length));
    this.#take(larger);
  }

  #take(bytes: Buffer<ArrayBuffer>): void {
    this.canonical = bytes;
    this.words = new Int32Array(bytes.buffer, bytes.byteOffset, bytes.length >>> 2);
  }
}
