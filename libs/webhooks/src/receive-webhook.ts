import { at, payloadOf, textAt } from './payload.js';
import { github } from './schemes/github.js';
import { googleDrive } from './schemes/google-drive.js';
import { microsoftGraph } from './schemes/microsoft-graph.js';
import { notion } from './schemes/notion.js';
import { signed, type HmacScheme } from './schemes/signed.js';
import { slack } from './schemes/slack.js';
import { standardWebhooks } from './schemes/standard-webhooks.js';
import { stripe } from './schemes/stripe.js';
import type { PushedObject, Verification, Webhook, WebhookRequest, WebhookScheme } from './webhook.js';

const schemes = {
  github,
  'standard-webhooks': standardWebhooks,
  slack,
  stripe,
  notion,
  'microsoft-graph': microsoftGraph,
  'google-drive': googleDrive,
} as const satisfies { readonly [name: string]: WebhookScheme };

export type SchemeName = keyof typeof schemes;
export const schemeNames = Object.keys(schemes) as readonly SchemeName[];

/** How webhooks are verified and what they say. */
export interface WebhookSettings {
  readonly scheme: SchemeName | HmacScheme;
  /** Where the payload names what changed, in place of where the scheme looks. */
  readonly objects?: {
    /** A list in the payload, each item of which is one object: `events`. Absent: the payload is one. */
    readonly list?: string;
    /** Path of what the sender calls the object: `type`. Absent: as the scheme finds it. */
    readonly name?: string;
    /** Path of the object's id: `data.id`. */
    readonly externalId?: string;
    /** The source's object for each of the sender's names. Those that are not here are passed over. */
    readonly names?: Readonly<Record<string, string>>;
  };
}

/** Beyond this many in one delivery, only the names of the objects are kept. */
const MAX_OBJECTS = 1000;

/** Verifies a request and reads it. Never throws, whatever arrives. */
export function receiveWebhook(
  { scheme, objects }: WebhookSettings,
  request: WebhookRequest,
  verification: Verification,
): Webhook {
  const webhook = (typeof scheme === 'string' ? schemes[scheme] : signed(scheme)).receive(request, verification);
  if (webhook.kind !== 'push') return webhook;
  const found = objects ? renamed(objects, pushedIn(objects, request, webhook.objects)) : webhook.objects;
  if (found.length === 0 && objects?.names) return { kind: 'answer', contentType: 'text/plain', body: '' };
  return { ...webhook, objects: found.length > MAX_OBJECTS ? namesAlone(found) : found };
}

type Rules = NonNullable<WebhookSettings['objects']>;

function pushedIn({ list, name, externalId }: Rules, request: WebhookRequest, byScheme: readonly PushedObject[]) {
  if (name === undefined && externalId === undefined && list === undefined) return byScheme;
  const payload = payloadOf(request);
  const found = list === undefined ? [payload] : at(payload, list);
  return (Array.isArray(found) ? (found as readonly unknown[]) : []).flatMap((item): PushedObject[] => {
    const object = name === undefined ? byScheme[0]?.object : textAt(item, name);
    const id = externalId === undefined ? undefined : textAt(item, externalId);
    return object === undefined ? [] : [{ object, ...(id !== undefined && { externalId: id }) }];
  });
}

const renamed = ({ names }: Rules, pushed: readonly PushedObject[]): readonly PushedObject[] =>
  names
    ? pushed.flatMap((one) => (Object.hasOwn(names, one.object) ? [{ ...one, object: names[one.object]! }] : []))
    : pushed;

const namesAlone = (pushed: readonly PushedObject[]): PushedObject[] =>
  [...new Set(pushed.map(({ object }) => object))].map((object) => ({ object }));
