const NOTHING_ELSE = "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
/** Answers are data, and reports are pages with styles inside: nothing may be loaded, run, framed or sent. */
const DATA = `default-src 'none'; style-src 'unsafe-inline'; ${NOTHING_ELSE}`;
/** The page for people: its own files and no others. */
const PAGE =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; " +
  `connect-src 'self'; ${NOTHING_ELSE}`;

export const securityHeaders = (url: string) => ({
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'content-security-policy': /^\/docs(?:[/?#]|$)/.test(url) ? PAGE : DATA,
});
