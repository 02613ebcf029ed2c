import { contentId, isSecret } from '../signature.js';
import { at, payloadOf, textAt } from '../payload.js';
import { answer, refused, type PushedObject, type WebhookScheme } from '../webhook.js';

const MAX_TOKEN = 2048;

/**
 * The `clientState` of every notification. New subscriptions are confirmed by echoing `validationToken`, which is
 * unsigned. learn.microsoft.com: Receive change notifications through webhooks.
 */
export const microsoftGraph: WebhookScheme = {
  receive(request, { secrets }) {
    const token = request.query?.['validationToken'];
    if (typeof token === 'string' && token.length <= MAX_TOKEN) return answer(token);
    const value = at(payloadOf(request), 'value');
    const items: readonly unknown[] = Array.isArray(value) ? value : [];
    // All are compared, so that the time does not show which one was wrong.
    const wrong = items.filter((item) => !isSecret(textAt(item, 'clientState'), secrets));
    if (items.length === 0 || wrong.length > 0) return refused('clientState does not match');
    return { kind: 'push', deliveryId: idOf(items, request.body), objects: objectsOf(items) };
  },
};

/** Without an id or an etag in each, two changes may look the same. */
function idOf(items: readonly unknown[], body: Uint8Array): string | null {
  const telling = (item: unknown) => textAt(item, 'id') ?? textAt(item, ['resourceData', '@odata.etag']);
  return items.every((item) => telling(item) !== undefined) ? contentId(body) : null;
}

function objectsOf(items: readonly unknown[]): PushedObject[] {
  // `missed` and the like: anything may have changed.
  if (items.some((item) => at(item, 'lifecycleEvent') !== undefined)) return [];
  const pushed = items.map((item): PushedObject | undefined => {
    const type = textAt(item, ['resourceData', '@odata.type'])?.toLowerCase();
    if (type !== '#microsoft.graph.message') return undefined;
    const externalId = textAt(item, 'resourceData.id');
    return { object: 'messages', ...(externalId !== undefined && { externalId }) };
  });
  return pushed.every((one) => one !== undefined) ? pushed : [];
}
