import type { FieldFault } from '@tidemark/contracts';

/** Words that name a secret, where they are a whole word of a name: `X-Vault-Token`, `apiKey`, `client_secret`. */
const SECRET_WORDS: ReadonlySet<string> = new Set(
  (
    'accesskey apikey apitoken apisecret authentication authorization authtoken bearer clientsecret cookie cred ' +
    'credential credentials creds jwt licensekey otp passcode passphrase passwd password pat privatekey psk pwd sas ' +
    'secret secretkey secrets sessiontoken sig signature signingkey subscriptionkey token tokens totp webhooksecret'
  ).split(' '),
);
/** Words that name a secret unless the value is plainly none: `auth=none`, `session=2024`, `private=true`. */
const AMBIGUOUS_WORDS: ReadonlySet<string> = new Set('auth pass pin private session sessionid sid sign'.split(' '));
const PLAIN_VALUE = /^(?:true|false|\d{1,8}|[a-z]{0,5})$/i;

/** Words that make the `key` behind them a secret. */
const KEY_OWNERS: ReadonlySet<string> = new Set(
  (
    'access account admin api app application auth client consumer customer deploy developer encryption function ' +
    'functions goog google license master private project rapidapi secret security service shared signing ' +
    'storage subscription user'
  ).split(' '),
);
/** Words before `token` that make it a position in a list, or a word of search, and no secret. */
const PLAIN_TOKENS: ReadonlySet<string> = new Set(
  'after before continuation cursor delta last max min next page paging previous prev resume skip start sync total'.split(
    ' ',
  ),
);
/** Parameters of URLs that are secret by custom, although their names do not say so. */
const SECRET_PARAMETERS: ReadonlySet<string> = new Set(['code', 'hmac']);
const SHORT_CODE = 15;

/** How the tokens of some systems begin, and JSON Web Tokens. */
const TOKEN =
  /(?:^|[^a-z0-9])(?:gh[pousr]_[a-z0-9]{20}|github_pat_\w{20}|glpat-[\w-]{15}|xox[abeprs]-[\w-]{10}|(?:sk|rk|pk)_(?:live|test)_\w{10}|sk-[\w-]{20}|AKIA[0-9A-Z]{16}|AIza[\w-]{30}|hvs\.[\w-]{20}|eyJ[\w-]{10,}\.eyJ[\w-]{10,}|tmk_[\w-]{20}|ntn_\w{20}|dop_v1_\w{20}|npm_\w{30})|^(?:bearer|basic|token)\s+\S{8}/i;

/** Parts of a config that are sent to the other system as they are. */
const SENT: ReadonlySet<string> = new Set(['headers', 'query', 'body', 'params', 'parameters', 'cookies']);

const wordsOf = (name: string): readonly string[] =>
  name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .split(/[^A-Za-z0-9]+/)
    .flatMap((word) => (word === '' ? [] : word.toLowerCase()));

/**
 * Whether a header, a parameter or a field with this name most likely holds a secret. Takes time linear in the name.
 * @param value decides where the name alone does not
 */
export function isSecretName(name: string, value?: unknown): boolean {
  const words = wordsOf(name);
  if (SECRET_WORDS.has(words.join(''))) return true;
  const plain = value !== undefined && PLAIN_VALUE.test(String(value));
  return words.some((word, at) => {
    const before = words[at - 1] ?? '';
    if (word === 'token' || word === 'tokens') return !PLAIN_TOKENS.has(before);
    if (word === 'key' || word === 'keys') return KEY_OWNERS.has(before);
    return SECRET_WORDS.has(word) || (AMBIGUOUS_WORDS.has(word) && !plain);
  });
}

/** Whether a text is recognisably a token, whatever it is called. */
export const isSecretValue = (value: string): boolean => TOKEN.test(value);

/**
 * What in a config is most likely a secret: a URL with a password or a signed query, a header or parameter that is named
 * like one, a token of a known form. Configs are stored, and shown to everybody who may read the connection.
 */
export const secretsIn = (config: unknown, nextStep: string): FieldFault[] =>
  [...found(config, '', false)].map(({ field, what }) => ({ field, message: `${what}: ${nextStep}` }));

interface Found {
  readonly field: string;
  readonly what: string;
}

function* found(value: unknown, path: string, sent: boolean, levels = 64): Generator<Found> {
  if (typeof value === 'string') yield* inText(value, path);
  if (typeof value !== 'object' || value === null || levels === 0) return;
  for (const [name, member] of Object.entries(value)) {
    const field = path === '' ? name : `${path}.${name}`;
    const plain = typeof member === 'object' && member !== null;
    if (sent && !plain && !Array.isArray(value) && isSecretName(name, member))
      yield { field, what: 'looks like a secret' };
    else yield* found(member, field, sent || SENT.has(name.toLowerCase()), levels - 1);
  }
}

function* inText(text: string, field: string): Generator<Found> {
  if (isSecretValue(text)) return yield { field, what: 'looks like a secret' };
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(text) || !URL.canParse(text)) return;
  const url = new URL(text);
  // Of http and https, the field's own check says so.
  if ((url.username || url.password) && !/^https?:$/.test(url.protocol))
    return yield { field, what: 'has a user name or password in its URL' };
  const fragment = url.hash.includes('=') ? new URLSearchParams(url.hash.replace(/^#[!/?]*/, '')) : [];
  for (const [name, value] of [...url.searchParams, ...fragment]) {
    if (value === '' || !(isSecretName(name, value) || isSecretParameter(name, value) || isSecretValue(value)))
      continue;
    return yield { field, what: `has a secret in its query, \`${name.slice(0, 64)}\`` };
  }
}

function isSecretParameter(name: string, value: string): boolean {
  const lower = name.toLowerCase();
  // `code` may be that of a country as well as that of an authorisation.
  return SECRET_PARAMETERS.has(lower) && !PLAIN_VALUE.test(value) && (lower !== 'code' || value.length > SHORT_CODE);
}
