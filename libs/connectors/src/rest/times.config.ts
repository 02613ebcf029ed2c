import { z } from 'zod';

const NAMED = ['iso', 'isoSeconds', 'date', 'httpDate', 'epochSeconds', 'epochMilliseconds'] as const;
const MESSAGE = `must be ${NAMED.join(', ')}, or a pattern such as yyyy-MM-dd HH:mm`;

/** Tokens of Luxon that mean the same in every language, other text in quotes. */
const PATTERN = /^(?:yyyy|yy|MM|M|dd|d|HH|H|hh|h|mm|m|ss|s|SSS|ZZZ|ZZ|Z|a|'[^']*'|[-/:., T])+$/;

/** How times are written: one of the named formats, or a pattern. */
export const timeFormat = z
  .string({ error: MESSAGE })
  .max(64, MESSAGE)
  .refine((text) => (NAMED as readonly string[]).includes(text) || (PATTERN.test(text) && /[yMdHhms]/.test(text)), {
    error: MESSAGE,
  });

export const timeZone = z
  .string({ error: 'must be the name of a time zone' })
  .refine(isZone, 'must be the name of a time zone, such as Europe/Berlin')
  .describe('Time zone of times without an offset');

function isZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }) !== null;
  } catch {
    return false;
  }
}
