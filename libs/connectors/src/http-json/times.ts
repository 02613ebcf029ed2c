import type { Json } from '@tidemark/connector-sdk';
import type { TimeFormat } from './http-json.config.js';

/** A time of a record as ISO 8601 in UTC; undefined when it is invalid. A time without a zone is taken as UTC. */
export function readTime(value: Json, format: TimeFormat): string | undefined {
  if (format === 'iso') {
    if (typeof value !== 'string') return undefined;
    const zoned = /(Z|[+-]\d\d:?\d\d)$/i.test(value) || !value.includes(':') ? value : `${value}Z`;
    return isoOf(Date.parse(zoned));
  }
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof number !== 'number') return undefined;
  return isoOf(format === 'epochSeconds' ? number * 1000 : number);
}

export function writeTime(iso: string, format: TimeFormat): string | number {
  if (format === 'iso') return iso;
  const at = Date.parse(iso);
  return format === 'epochSeconds' ? Math.floor(at / 1000) : at;
}

const isoOf = (ms: number): string | undefined =>
  Math.abs(ms) <= 8.64e15 ? new Date(Math.round(ms)).toISOString() : undefined;
