import { anyEqual, fromHex, headerOf, hmac, isSecret, known } from '../signature.js';
import { payloadOf, textAt } from '../payload.js';
import { answer, refused, type PushedObject, type WebhookScheme } from '../webhook.js';

const objects: Readonly<Record<string, string>> = {
  page: 'pages',
  block: 'blocks',
  database: 'databases',
  data_source: 'databases',
};

/**
 * `X-Notion-Signature` over the body; the key is the `verification_token` that Notion sends once, before anything else.
 * developers.notion.com: Webhooks.
 */
export const notion: WebhookScheme = {
  receive(request, { secrets }) {
    const [, hex = ''] = /^sha256=([0-9a-f]{64})$/i.exec(headerOf(request, 'x-notion-signature') ?? '') ?? [];
    const expected = known(secrets).map((secret) => hmac('sha256', secret, request.body));
    const isGenuine = anyEqual(fromHex(hex), expected);
    const payload = payloadOf(request);
    const token = textAt(payload, 'verification_token');
    if (token !== undefined && (isGenuine || isSecret(token, secrets))) return answer();
    if (token !== undefined && known(secrets).length === 0) return { kind: 'secret', secret: token };
    if (!isGenuine) return refused('X-Notion-Signature does not match');
    return { kind: 'push', deliveryId: textAt(payload, 'id') ?? null, objects: objectsOf(payload) };
  },
};

function objectsOf(payload: unknown): PushedObject[] {
  const [type = '', externalId] = [textAt(payload, 'entity.type'), textAt(payload, 'entity.id')];
  const object = Object.hasOwn(objects, type) ? objects[type] : undefined;
  if (object === undefined) return [];
  // A database's records are those of its data sources, whose ids are others.
  return [{ object, ...(externalId !== undefined && type !== 'database' && { externalId }) }];
}
