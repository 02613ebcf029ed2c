import { anyEqual, contentId, fromHex, headerOf, hmac, isRecent, known } from '../signature.js';
import { at, payloadOf, textAt } from '../payload.js';
import { answer, refused, type WebhookScheme } from '../webhook.js';

/** `X-Slack-Signature` over version, time and body. docs.slack.dev: Verifying requests from Slack. */
export const slack: WebhookScheme = {
  receive(request, { secrets, now }) {
    const timestamp = headerOf(request, 'x-slack-request-timestamp') ?? '';
    const [, hex = ''] = /^v0=([0-9a-f]{64})$/i.exec(headerOf(request, 'x-slack-signature') ?? '') ?? [];
    const expected = known(secrets).map((secret) => hmac('sha256', secret, `v0:${timestamp}:`, request.body));
    if (!anyEqual(fromHex(hex), expected)) return refused('X-Slack-Signature does not match');
    if (!isRecent(timestamp, now)) return refused('X-Slack-Request-Timestamp is too old, or lies ahead');
    const payload = payloadOf(request);
    const challenge = textAt(payload, 'challenge');
    if (at(payload, 'type') === 'url_verification' && challenge !== undefined)
      return answer(JSON.stringify({ challenge }), 'application/json');
    const object = textAt(payload, 'event.type');
    const deliveryId = textAt(payload, 'event_id') ?? contentId(timestamp, request.body);
    return { kind: 'push', deliveryId, objects: object === undefined ? [] : [{ object }] };
  },
};
