/**
 * A reference's document (without fragment) and JSON pointer. `url` is undefined unless its scheme is http(s) or the base's,
 * `pointer` for anchors.
 */
export interface SplitReference {
  readonly url?: string;
  readonly pointer?: string;
}

/** Resolves a `$ref` against the URL of its document (RFC 3986). */
export function splitReference(ref: string, base: string): SplitReference {
  if (!URL.canParse(ref, base)) return {};
  const url = new URL(ref, base);
  const pointer = decoded(url.hash.slice(1));
  url.hash = '';
  const isPointer = pointer !== undefined && (pointer === '' || pointer.startsWith('/'));
  if (!/^https?:$/.test(url.protocol) && url.protocol !== new URL(base).protocol) return {};
  return { url: url.href, ...(isPointer && { pointer }) };
}

function decoded(fragment: string): string | undefined {
  try {
    return decodeURIComponent(fragment);
  } catch {
    return undefined;
  }
}

/** The value that a JSON pointer (RFC 6901) names, or undefined. */
export function valueAt(value: unknown, pointer: string): unknown {
  let current = value;
  for (const part of pointer.split('/').slice(1)) {
    const key = part.replaceAll('~1', '/').replaceAll('~0', '~');
    if (typeof current !== 'object' || current === null || !Object.hasOwn(current, key)) return undefined;
    current = (current as Record<string, unknown>)[key];
  }
  return current;
}

/**
 * Whether a text may contain a `$ref` into another document. False positives (an example, a comment) are possible, but
 * no false negatives: it saves a second read of the many descriptions that are one document.
 */
export function mayReferElsewhere(text: string): boolean {
  return /\$ref["']?\s*:\s*["']?[^#"'\s]/.test(text);
}

/** Whether a value of a discriminator's mapping is a reference; names of schemas have no slash, and seldom a suffix. */
export const mayBeReference = (value: string): boolean => /[#/]|\.(?:json|ya?ml)$/i.test(value);
