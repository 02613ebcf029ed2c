import { createHash } from 'node:crypto';

/** What a text is remembered by: 72 bits of its hash. */
export const digestOf = (text: string): string => createHash('sha256').update(text).digest('base64url').slice(0, 12);
