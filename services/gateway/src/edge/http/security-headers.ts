/** Nothing may be loaded, run, framed or sent: answers are data. */
const DATA = "default-src 'none'; frame-ancestors 'none'";
/** The page for people: its own files and nothing else; its two style blocks are written into it. */
const PAGE =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; " +
  "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

export const securityHeaders = (url: string) => ({
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'content-security-policy': /^\/docs(?:[/?#]|$)/.test(url) ? PAGE : DATA,
});
