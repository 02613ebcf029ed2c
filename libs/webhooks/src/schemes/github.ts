import { anyEqual, fromHex, headerOf, hmac, known } from '../signature.js';
import { at, payloadOf, textAt } from '../payload.js';
import { answer, refused, type PushedObject, type WebhookScheme } from '../webhook.js';

/** The field of an event's payload that holds the object which changed. */
const fields: Readonly<Record<string, readonly [object: string, field: string]>> = {
  issues: ['issues', 'issue'],
  issue_comment: ['issues', 'issue'],
  pull_request: ['pull_requests', 'pull_request'],
  pull_request_review: ['pull_requests', 'pull_request'],
  pull_request_review_comment: ['pull_requests', 'pull_request'],
};

/** `X-Hub-Signature-256` over the body. docs.github.com: Validating webhook deliveries. */
export const github: WebhookScheme = {
  receive(request, { secrets }) {
    const [, hex = ''] = /^sha256=([0-9a-f]{64})$/i.exec(headerOf(request, 'x-hub-signature-256') ?? '') ?? [];
    const expected = known(secrets).map((secret) => hmac('sha256', secret, request.body));
    if (!anyEqual(fromHex(hex), expected)) return refused('X-Hub-Signature-256 does not match');
    const event = headerOf(request, 'x-github-event') ?? '';
    if (event === 'ping') return answer();
    const deliveryId = headerOf(request, 'x-github-delivery') ?? null;
    return { kind: 'push', deliveryId, objects: objectsOf(event, payloadOf(request)) };
  },
};

/** By repository and number, which is how GitHub's API finds an issue; its id is not. */
function objectsOf(event: string, payload: unknown): PushedObject[] {
  if (event === 'push') return [{ object: 'commits' }];
  const [known, field] = (Object.hasOwn(fields, event) && fields[event]) || [];
  if (known === undefined || field === undefined) return [];
  // A comment on a pull request arrives as one on an issue.
  const object = at(payload, `${field}.pull_request`) === undefined ? known : 'pull_requests';
  const [repository, number] = [textAt(payload, 'repository.full_name'), textAt(payload, `${field}.number`)];
  const externalId = repository === undefined || number === undefined ? undefined : `${repository}#${number}`;
  return [{ object, ...(externalId !== undefined && { externalId }) }];
}
