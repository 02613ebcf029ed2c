/**
 * The rule of all text that callers give: well-formed Unicode, without characters that control a terminal, a line or the
 * direction of writing. Text of several lines, as in JSON values, may also have line breaks and tabs.
 */
const REFUSED = /[\p{Cc}\p{Cs}\p{Bidi_Control}\u2028\u2029]/u;
const REFUSED_IN_LINES = /[\p{Cs}\p{Bidi_Control}\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/u;
const ALL_REFUSED_IN_LINES = /[\p{Cs}\p{Bidi_Control}\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/gu;

/** The end of a sentence that begins with the field's name. */
export const TEXT_RULE = 'must be well-formed Unicode without control characters';

export const isText = (text: string): boolean => !REFUSED.test(text);

/** Where a JSON value breaks the rule for text of several lines, in a key or a value; undefined: nowhere. */
export function refusedTextIn(value: unknown, path = '', levels = 64): string | undefined {
  if (typeof value === 'string') return REFUSED_IN_LINES.test(value) ? path : undefined;
  if (typeof value !== 'object' || value === null || levels === 0) return undefined;
  for (const [key, member] of Object.entries(value)) {
    if (REFUSED_IN_LINES.test(key)) return path;
    const found = refusedTextIn(member, path === '' ? key : `${path}.${key}`, levels - 1);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Text that was stored before the rule, or comes from elsewhere, as it is shown: refused characters are replaced. */
export const cleanText = (text: string): string => text.replace(ALL_REFUSED_IN_LINES, '\ufffd');

/** In JSON, where most refused characters are escaped. */
const MAYBE_REFUSED = /\\(?:u(?:00[01]|d[89a-f])|[bf])|[\p{Bidi_Control}\u007f-\u009f]/iu;

/** A JSON text of the value, whose texts and keys are clean. */
export function cleanJson(value: unknown): string {
  const json = JSON.stringify(value);
  return json !== undefined && MAYBE_REFUSED.test(json) ? JSON.stringify(cleaned(JSON.parse(json))) : json;
}

function cleaned(value: unknown): unknown {
  if (typeof value === 'string') return cleanText(value);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(cleaned);
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [cleanText(name), cleaned(member)]));
}
