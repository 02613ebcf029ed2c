import { headerOf, isSecret } from '../signature.js';
import { answer, refused, type WebhookScheme } from '../webhook.js';

/** The token of the channel; everything else is in headers too. developers.google.com/drive: Notifications for resource changes. */
export const googleDrive: WebhookScheme = {
  receive(request, { secrets }) {
    if (!isSecret(headerOf(request, 'x-goog-channel-token'), secrets))
      return refused('X-Goog-Channel-Token does not match');
    const state = headerOf(request, 'x-goog-resource-state');
    if (state === 'sync') return answer(); // The channel was opened.
    const [channel, number] = [headerOf(request, 'x-goog-channel-id'), headerOf(request, 'x-goog-message-number')];
    const deliveryId = channel === undefined || number === undefined ? null : `${channel}:${number}`;
    // A channel of changes does not say of which file.
    const [, externalId] =
      /\/files\/([\w-]{1,256})(?:[?#]|$)/.exec(headerOf(request, 'x-goog-resource-uri') ?? '') ?? [];
    return {
      kind: 'push',
      deliveryId,
      objects: [{ object: 'files', ...(externalId !== undefined && { externalId }) }],
    };
  },
};
