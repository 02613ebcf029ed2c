import { anyEqual, fromBase64, headerOf, hmac, isRecent, known } from '../signature.js';
import { payloadOf, textAt } from '../payload.js';
import { refused, type WebhookScheme } from '../webhook.js';

/** `webhook-id`, `webhook-timestamp`, `webhook-signature`; Svix sends the same with the prefix `svix-`. standardwebhooks.com */
export const standardWebhooks: WebhookScheme = {
  receive(request, { secrets, now }) {
    const header = (name: string) => headerOf(request, `webhook-${name}`) ?? headerOf(request, `svix-${name}`);
    const [id, timestamp, signatures = ''] = [header('id'), header('timestamp'), header('signature')];
    if (id === undefined || timestamp === undefined) return refused('webhook-id or webhook-timestamp is missing');
    const received = signatures.split(' ').flatMap((one) => (one.startsWith('v1,') ? fromBase64(one.slice(3)) : []));
    const expected = known(secrets).map((secret) => hmac('sha256', keyOf(secret), `${id}.${timestamp}.`, request.body));
    if (!anyEqual(received, expected)) return refused('webhook-signature does not match');
    if (!isRecent(timestamp, now)) return refused('webhook-timestamp is too old, or lies ahead');
    const payload = payloadOf(request);
    const object = textAt(payload, 'type');
    const externalId = textAt(payload, 'data.id');
    const objects = object === undefined ? [] : [{ object, ...(externalId !== undefined && { externalId }) }];
    return { kind: 'push', deliveryId: id, objects };
  },
};

/** Secrets are base64, with or without `whsec_`. */
const keyOf = (secret: string) => Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
