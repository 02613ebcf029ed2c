import { anyEqual, contentId, fromHex, headerOf, hmac, isRecent, known } from '../signature.js';
import { payloadOf, textAt } from '../payload.js';
import { refused, type WebhookScheme } from '../webhook.js';

/** `Stripe-Signature: t=…,v1=…,v1=…`. docs.stripe.com: Resolve webhook signature verification errors. */
export const stripe: WebhookScheme = {
  receive(request, { secrets, now }) {
    const parts = (headerOf(request, 'stripe-signature') ?? '').split(',').map((part) => part.trim());
    const valuesOf = (name: string) =>
      parts.flatMap((part) => (part.startsWith(name) ? [part.slice(name.length)] : []));
    const [timestamp = '', ...more] = valuesOf('t=');
    const received = valuesOf('v1=').flatMap(fromHex);
    const expected = known(secrets).map((secret) => hmac('sha256', secret, `${timestamp}.`, request.body));
    if (more.length > 0 || !anyEqual(received, expected)) return refused('Stripe-Signature does not match');
    if (!isRecent(timestamp, now)) return refused('the time in Stripe-Signature is too old, or lies ahead');
    const payload = payloadOf(request);
    const deliveryId = textAt(payload, 'id') ?? contentId(timestamp, request.body);
    const object = textAt(payload, 'data.object.object');
    const externalId = textAt(payload, 'data.object.id');
    const objects = object === undefined ? [] : [{ object, ...(externalId !== undefined && { externalId }) }];
    return { kind: 'push', deliveryId, objects };
  },
};
