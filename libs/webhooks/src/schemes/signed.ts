import {
  anyEqual,
  contentId,
  fromBase64,
  fromHex,
  headerOf,
  hmac,
  isRecent,
  known,
  type Algorithm,
} from '../signature.js';
import { payloadOf, textAt } from '../payload.js';
import { refused, type WebhookRequest, type WebhookScheme } from '../webhook.js';

/** How a sender signs that none of the other schemes describes. */
export interface HmacScheme {
  /** Of the signature: `X-Shopify-Hmac-Sha256`. */
  readonly header: string;
  /** Default sha256. */
  readonly algorithm?: Algorithm;
  /** Default hex. */
  readonly encoding?: 'hex' | 'base64';
  /** Before each signature in the header: `sha256=`. */
  readonly prefix?: string;
  /** Between signatures, where the header may hold several: a comma or a space. */
  readonly separator?: string;
  /** What is signed, with `{body}`, `{timestamp}` and `{id}` in it. Default `{body}`. */
  readonly content?: string;
  /** Header with the time, in seconds or milliseconds since 1970; must then be part of `content`. */
  readonly timestampHeader?: string;
  /** Seconds; default 300. */
  readonly toleranceS?: number;
  readonly deliveryIdHeader?: string;
  /** Path in the body, in place of a header: `event.id`. */
  readonly deliveryIdPath?: string;
}

export function signed(scheme: HmacScheme): WebhookScheme {
  const { header, algorithm = 'sha256', encoding = 'hex', prefix = '', separator } = scheme;
  const decode = encoding === 'hex' ? fromHex : fromBase64;
  return {
    receive(request, { secrets, now }) {
      const text = headerOf(request, header) ?? '';
      const signatures = (separator === undefined ? [text] : text.split(separator)).map((one) => one.trim());
      const received = signatures.flatMap((one) => (one.startsWith(prefix) ? decode(one.slice(prefix.length)) : []));
      const content = contentOf(scheme, request);
      const expected = known(secrets).map((secret) => hmac(algorithm, secret, ...content));
      if (!anyEqual(received, expected)) return refused(`${header} does not match`);
      const { timestampHeader } = scheme;
      const timestamp = timestampHeader === undefined ? undefined : headerOf(request, timestampHeader);
      if (timestampHeader !== undefined && !isRecent(timestamp, now, scheme.toleranceS))
        return refused(`${timestampHeader} is too old, or lies ahead`);
      return { kind: 'push', deliveryId: deliveryIdOf(scheme, request, timestamp), objects: [] };
    },
  };
}

/** The template's parts with the request's bytes among them; what the request says is never read as a template. */
function contentOf({ content = '{body}', timestampHeader, deliveryIdHeader }: HmacScheme, request: WebhookRequest) {
  const header = (name: string | undefined) => (name === undefined ? '' : (headerOf(request, name) ?? ''));
  return content.split(/(\{(?:body|timestamp|id)\})/).map((part) => {
    if (part === '{body}') return request.body;
    if (part === '{timestamp}') return header(timestampHeader);
    return part === '{id}' ? header(deliveryIdHeader) : part;
  });
}

function deliveryIdOf(scheme: HmacScheme, request: WebhookRequest, timestamp: string | undefined): string | null {
  const { deliveryIdHeader, deliveryIdPath } = scheme;
  const given =
    (deliveryIdHeader === undefined ? undefined : headerOf(request, deliveryIdHeader)) ??
    (deliveryIdPath === undefined ? undefined : textAt(payloadOf(request), deliveryIdPath));
  if (given !== undefined) return given;
  // Without a time, two changes may look the same.
  return timestamp === undefined ? null : contentId(timestamp, request.body);
}
