import { isJsonObject } from '@tidemark/foundation';

const HIDDEN = '(hidden)';
const SECRET_NAME = /pass|secret|token|auth|credential|cookie|api.?key|private.?key|signature|session/i;
/** In texts: `Bearer …`, `https://user:password@host`, `?token=…`. */
const SECRET_TEXT: readonly (readonly [RegExp, string])[] = [
  [/\b(Bearer|Basic) [\w.~+/=-]{8,}/gi, `$1 ${HIDDEN}`],
  [/:\/\/[^\s/@]{1,200}@/g, `://${HIDDEN}@`],
  [/([?&][\w.-]{0,40}(?:pass|secret|token|key|auth|sig)[\w.-]{0,40}=)[^&\s"']{1,1000}/gi, `$1${HIDDEN}`],
];
const DEEPEST = 50;

/** A message as an operator may see it: values under names of secrets, and secrets in texts, are hidden. */
export function withoutSecrets(value: unknown, depth = 0): unknown {
  if (typeof value === 'string')
    return SECRET_TEXT.reduce((text, [pattern, instead]) => text.replace(pattern, instead), value);
  if (depth >= DEEPEST) return HIDDEN;
  if (Array.isArray(value)) return value.map((one) => withoutSecrets(one, depth + 1));
  if (!isJsonObject(value)) return value;
  const entries = Object.entries(value).map(([name, inner]) => [
    name,
    SECRET_NAME.test(name) && inner !== null ? HIDDEN : withoutSecrets(inner, depth + 1),
  ]);
  return Object.fromEntries(entries);
}
