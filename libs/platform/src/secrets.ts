const secrets: readonly (readonly [RegExp, string])[] = [
  // Credentials in a URL
  [/\/\/[^/\s@]{1,500}@/g, '//…@'],
  [/\b(Bearer|Basic) [\w.~+/=-]{1,4000}/gi, '$1 …'],
  [/\btmk_[\w-]{1,200}/g, 'tmk_…'],
  [
    /\b((?:[\w-]{0,40}(?:token|secret|password|passwd|api-?_?key|signature))["']?\s?[=:]\s?["']?)[^\s"'&,;)}]{1,4000}/gi,
    '$1…',
  ],
];

/** The text without what looks like a credential. */
export const withoutSecrets = (text: string): string =>
  secrets.reduce((clean, [pattern, shown]) => clean.replaceAll(pattern, shown), text);
