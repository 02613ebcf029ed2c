/** Maximum size of an error's body that is read. */
export const MAX_DETAIL_BYTES = 64 * 1024;
const MAX_EXCERPT = 300;

/** An error's body: parsed when it is JSON, else its text; undefined when there is none. */
export function detailOf(body: Uint8Array): unknown {
  const text = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8');
  if (text.trim() === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/**
 * The server's description of its error, fit for a message: its own short text where its JSON has one, without
 * control characters, queries of URLs, and possible credentials. Null when there is nothing useful.
 */
export function excerptOf(detail: unknown, redact: (text: string) => string = (text) => text): string | null {
  const text = messageIn(detail, 0);
  if (text === undefined) return null;
  const clean = withoutCredentials(redact(text.slice(0, 4096)))
    .replace(/[\p{C}\s]+/gu, ' ')
    .trim();
  if (clean === '') return null;
  return clean.length > MAX_EXCERPT ? `${clean.slice(0, MAX_EXCERPT - 1)}…` : clean;
}

/** Where APIs put their text: `message`, `error_description`, problem details (RFC 9457), lists of errors. */
const FIELDS = ['message', 'error_description', 'detail', 'title', 'error', 'errors', 'code', 'reason'] as const;

function messageIn(value: unknown, depth: number): string | undefined {
  if (typeof value === 'string') return depth > 0 && value.trim() !== '' ? value : undefined;
  if (typeof value !== 'object' || value === null || depth > 3) return undefined;
  if (Array.isArray(value)) return messageIn(value[0], depth + 1);
  for (const field of FIELDS) {
    const found = messageIn((value as Record<string, unknown>)[field], depth + 1);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Reveals nothing about the replaced text. */
const HIDDEN = '[secret]';

function withoutCredentials(text: string): string {
  return (
    text
      .replace(/(https?:\/\/)[^\s/@]*@/gi, '$1')
      .replace(/(https?:\/\/[^\s?#"'<>]*)[?#][^\s"'<>]*/gi, '$1')
      .replace(/\b(bearer|basic|token)\s+[\w.~+/=-]{6,}/gi, `$1 ${HIDDEN}`)
      .replace(
        /((?:key|token|secret|password|passwd|pwd|signature|sig|code|auth\w*)["']?\s*[=:]\s*)("?)[^\s"&,;]+/gi,
        `$1$2${HIDDEN}`,
      )
      // Long words of letters and digits mixed are keys and tokens far more often than prose.
      .replace(/[\w.~+/=-]{20,}/g, (word) => (/\d/.test(word) && /[a-z]/i.test(word) ? HIDDEN : word))
  );
}
