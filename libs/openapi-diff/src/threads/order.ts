import type { ParseError } from '../parse/parse-error.js';
import type { Jobs } from './jobs.js';

/** What a thread is asked to do. */
export interface Order {
  readonly job: keyof Jobs;
  readonly input: readonly unknown[];
}

/** What it answers, once; `ms`: the time that it took, of the processor where Node measures that. */
export type Answer = { readonly ms: number } & Outcome;

export type Outcome =
  | { readonly result: unknown }
  | { readonly fault: Pick<ParseError, 'reason' | 'line' | 'column' | 'source'> }
  | { readonly tooLarge: string };

/** Bytes that have a buffer to themselves are handed over, not copied: a value, or those in an object or a list. */
export const ownBuffers = (value: unknown, least = 0): ArrayBuffer[] => {
  if (value instanceof Uint8Array) {
    const { buffer, byteLength } = value;
    return buffer instanceof ArrayBuffer && buffer.byteLength === byteLength && byteLength > least ? [buffer] : [];
  }
  if (typeof value !== 'object' || value === null) return [];
  const found = Object.values(value).filter((item) => item instanceof Uint8Array);
  return [...new Set(found.flatMap((item) => ownBuffers(item, least)))];
};

/** Bytes in an input. */
export const sizeOf = (value: unknown): number => {
  if (value instanceof Uint8Array) return value.byteLength;
  if (typeof value !== 'object' || value === null) return 0;
  return Object.values(value).reduce((sum: number, item) => sum + sizeOf(item), 0);
};
