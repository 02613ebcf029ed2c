import { createHmac } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { receiveWebhook, schemeNames, type WebhookSettings } from './receive-webhook.js';
import type { WebhookRequest } from './webhook.js';

const NOW = 1_760_000_000_000;
const T = String(NOW / 1000);

const sign = (secret: string | Buffer, text: string, encoding: 'hex' | 'base64' = 'hex') =>
  createHmac('sha256', secret).update(text).digest(encoding);

const request = (body: string | object, headers: WebhookRequest['headers'] = {}, query = {}): WebhookRequest => ({
  body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
  headers,
  query,
});

const receive = (
  scheme: WebhookSettings['scheme'] | WebhookSettings,
  incoming: WebhookRequest,
  secrets: readonly string[] = ['secret'],
  now = NOW,
) => receiveWebhook(typeof scheme === 'object' && 'scheme' in scheme ? scheme : { scheme }, incoming, { secrets, now });

describe("the providers' published examples", () => {
  // docs.github.com, "Validating webhook deliveries".
  it('GitHub', () => {
    const signature = 'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17';
    const incoming = request('Hello, World!', { 'X-Hub-Signature-256': signature, 'X-GitHub-Delivery': 'd1' });
    expect(receive('github', incoming, ["It's a Secret to Everybody"])).toEqual({
      kind: 'push',
      deliveryId: 'd1',
      objects: [],
    });
    expect(receive('github', { ...incoming, body: Buffer.from('Hello, World?') }).kind).toBe('refused');
  });

  // docs.slack.dev, "Verifying requests from Slack".
  it('Slack', () => {
    const body =
      'token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar' +
      '&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com' +
      '%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c';
    const incoming = request(body, {
      'x-slack-request-timestamp': '1531420618',
      'x-slack-signature': 'v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503',
    });
    const secrets = ['8f742231b10e8888abcd99yyyzzz85a5'];
    expect(receive('slack', incoming, secrets, 1531420618_000 + 299_000).kind).toBe('push');
    expect(receive('slack', incoming, secrets, 1531420618_000 + 301_000).kind).toBe('refused');
    expect(receive('slack', incoming, secrets, 1531420618_000 - 301_000).kind).toBe('refused');
  });

  // The test of the reference libraries of standard-webhooks.
  it('Standard Webhooks', () => {
    const incoming = request('{"test": 2432232314}', {
      'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      'webhook-timestamp': '1614265330',
      'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    });
    for (const secret of ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'])
      expect(receive('standard-webhooks', incoming, [secret], 1614265330_000)).toMatchObject({
        kind: 'push',
        deliveryId: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      });
  });
});

const hubSignature = (body: string, secret = 'secret') => ({ 'x-hub-signature-256': `sha256=${sign(secret, body)}` });
const stripeSignature = (body: string, ...signatures: string[]) => ({
  'stripe-signature': [`t=${T}`, ...signatures.map((one) => `v1=${one}`)].join(',') || body,
});

describe('a signature', () => {
  const body = '{ "id" : 1.0 }';

  it('is made over the bytes received, not over what they mean', () => {
    expect(receive('github', request(body, hubSignature(body))).kind).toBe('push');
    expect(receive('github', request('{"id":1}', hubSignature(body))).kind).toBe('refused');
  });

  it.each(['secret', 'older'])('of any of several secrets counts: %s', (secret) => {
    expect(receive('github', request(body, hubSignature(body, secret)), ['newer', 'secret', 'older']).kind).toBe(
      'push',
    );
  });

  it('counts beside others in one header, of which there may not be any number', () => {
    const right = sign('secret', `${T}.${body}`);
    const wrong = sign('other', `${T}.${body}`);
    expect(receive('stripe', request(body, stripeSignature(body, wrong, right))).kind).toBe('push');
    expect(receive('stripe', request(body, stripeSignature(body, wrong))).kind).toBe('refused');
    const many = Array.from({ length: 16 }, () => wrong);
    expect(receive('stripe', request(body, stripeSignature(body, ...many, right))).kind).toBe('refused');
  });

  it('is never right without a secret, nor with an empty one', () => {
    for (const secrets of [[], ['']])
      for (const scheme of schemeNames) {
        const headers = { ...hubSignature(body, ''), 'x-notion-signature': `sha256=${sign('', body)}` };
        const { kind } = receive(scheme, request(body, { ...headers, 'x-goog-channel-token': '' }), secrets);
        expect([scheme, kind]).toEqual([scheme, 'refused']);
      }
  });

  it('of a header that was sent twice is refused', () => {
    const { 'x-hub-signature-256': one } = hubSignature(body);
    expect(receive('github', request(body, { 'X-Hub-Signature-256': [one, one] })).kind).toBe('refused');
    expect(receive('github', request(body, { 'X-Hub-Signature-256': one, 'x-hub-signature-256': one })).kind).toBe(
      'refused',
    );
  });

  it.each(['', 'sha256=', 'sha256=zz', `sha256=${'0'.repeat(63)}`, `sha1=${'0'.repeat(40)}`, '\u0000', '__proto__'])(
    'that is rubbish is refused: %j',
    (text) => {
      const headers = {
        'x-hub-signature-256': text,
        'x-notion-signature': text,
        'x-slack-signature': text,
        'x-slack-request-timestamp': T,
        'stripe-signature': `t=${T},v1=${text}`,
        'webhook-signature': text,
        'webhook-id': text,
        'webhook-timestamp': T,
        'x-goog-channel-token': text,
      };
      for (const scheme of schemeNames) expect(receive(scheme, request(body, headers)).kind).toBe('refused');
    },
  );

  it('is too old, or from the future, when its time says so', () => {
    const signedAt = (time: string) =>
      receive('stripe', request(body, { 'stripe-signature': `t=${time},v1=${sign('secret', `${time}.${body}`)}` }))
        .kind;
    const at = (seconds: number) => signedAt(String(NOW / 1000 + seconds));
    expect([at(0), at(-300), at(300), at(-301), at(301)]).toEqual(['push', 'push', 'push', 'refused', 'refused']);
    expect([signedAt('NaN'), signedAt('-1'), signedAt(''), signedAt('1e9')]).toEqual(Array(4).fill('refused'));
  });
});

describe('what a push says', () => {
  const pushed = (event: string, payload: object) => {
    const body = JSON.stringify(payload);
    const headers = { ...hubSignature(body), 'X-GitHub-Event': event, 'X-GitHub-Delivery': 'd' };
    const webhook = receive('github', request(body, headers));
    return webhook.kind === 'push' ? webhook.objects : webhook.kind;
  };
  const repository = { full_name: 'octocat/hello' };

  it('GitHub: issues and pull requests by number, commits as a whole', () => {
    expect(pushed('issues', { issue: { id: 9, number: 5 }, repository })).toEqual([
      { object: 'issues', externalId: 'octocat/hello#5' },
    ]);
    expect(pushed('issue_comment', { issue: { number: 6, pull_request: {} }, repository })).toEqual([
      { object: 'pull_requests', externalId: 'octocat/hello#6' },
    ]);
    expect(pushed('push', { ref: 'refs/heads/main', repository })).toEqual([{ object: 'commits' }]);
    expect(pushed('constructor', {})).toEqual([]);
    expect(pushed('ping', { zen: '' })).toBe('answer');
  });

  it('GitHub: also in a form', () => {
    const body = new URLSearchParams({ payload: JSON.stringify({ issue: { number: 5 }, repository }) }).toString();
    const headers = {
      ...hubSignature(body),
      'x-github-event': 'issues',
      'Content-Type': 'application/x-www-form-urlencoded',
    };
    expect(receive('github', request(body, headers))).toMatchObject({ objects: [{ externalId: 'octocat/hello#5' }] });
  });

  it('Stripe: the object, and renamed as the connection says', () => {
    const body = JSON.stringify({ id: 'evt_1', data: { object: { id: 'cus_1', object: 'customer' } } });
    const incoming = request(body, stripeSignature(body, sign('secret', `${T}.${body}`)));
    const push = { kind: 'push', deliveryId: 'evt_1' };
    expect(receive('stripe', incoming)).toEqual({ ...push, objects: [{ object: 'customer', externalId: 'cus_1' }] });
    expect(receive({ scheme: 'stripe', objects: { names: { customer: 'customers' } } }, incoming)).toEqual({
      ...push,
      objects: [{ object: 'customers', externalId: 'cus_1' }],
    });
    expect(receive({ scheme: 'stripe', objects: { names: { invoice: 'invoices' } } }, incoming).kind).toBe('answer');
  });

  it('Slack: its challenge is answered once it is known to be from Slack', () => {
    const body = JSON.stringify({ type: 'url_verification', challenge: 'c' });
    const headers = { 'x-slack-request-timestamp': T, 'x-slack-signature': `v0=${sign('secret', `v0:${T}:${body}`)}` };
    expect(receive('slack', request(body, headers))).toEqual({
      kind: 'answer',
      contentType: 'application/json',
      body: '{"challenge":"c"}',
    });
    expect(receive('slack', request(body, { ...headers, 'x-slack-signature': 'v0=00' })).kind).toBe('refused');
  });

  it('Notion: the token is taken while none is known, and never instead of one', () => {
    const handshake = request({ verification_token: 'secret_new' });
    expect(receive('notion', handshake, [])).toEqual({ kind: 'secret', secret: 'secret_new' });
    expect(receive('notion', handshake, ['secret_new']).kind).toBe('answer');
    expect(receive('notion', handshake, ['secret_old']).kind).toBe('refused');
    const body = JSON.stringify({ id: 'e1', type: 'page.created', entity: { id: 'p1', type: 'page' } });
    expect(receive('notion', request(body, { 'X-Notion-Signature': `sha256=${sign('secret', body)}` }))).toEqual({
      kind: 'push',
      deliveryId: 'e1',
      objects: [{ object: 'pages', externalId: 'p1' }],
    });
  });

  it('Microsoft Graph: confirms a subscription, and compares every clientState', () => {
    expect(receive('microsoft-graph', request('', {}, { validationToken: 'Validation: <b>' }))).toEqual({
      kind: 'answer',
      contentType: 'text/plain',
      body: 'Validation: <b>',
    });
    const item = (clientState: string | undefined, more = {}) => ({
      clientState,
      resourceData: { '@odata.type': '#Microsoft.Graph.Message', id: 'm1', '@odata.etag': 'e', ...more },
    });
    const value = (...items: object[]) => receive('microsoft-graph', request({ value: items }));
    expect(value(item('secret'))).toMatchObject({ kind: 'push', objects: [{ object: 'messages', externalId: 'm1' }] });
    expect(value(item('secret', { '@odata.etag': undefined }))).toMatchObject({ deliveryId: null });
    expect(value(item('secret'), { ...item('secret'), lifecycleEvent: 'missed' })).toMatchObject({ objects: [] });
    for (const wrong of [value(), value(item('other')), value(item('secret'), item(undefined))])
      expect(wrong.kind).toBe('refused');
  });

  it('Google Drive: the channel counts its messages; the first one only opens it', () => {
    const headers = { 'X-Goog-Channel-Token': 'secret', 'X-Goog-Channel-ID': 'ch', 'X-Goog-Message-Number': '7' };
    const of = (more: object) => receive('google-drive', request('', { ...headers, ...more }));
    expect(of({ 'X-Goog-Resource-State': 'sync' }).kind).toBe('answer');
    expect(of({ 'X-Goog-Resource-State': 'change' })).toEqual({
      kind: 'push',
      deliveryId: 'ch:7',
      objects: [{ object: 'files' }],
    });
    expect(of({ 'X-Goog-Resource-URI': 'https://www.googleapis.com/drive/v3/files/f1?alt=json' })).toMatchObject({
      objects: [{ object: 'files', externalId: 'f1' }],
    });
    expect(of({ 'X-Goog-Channel-Token': 'secre' }).kind).toBe('refused');
  });
});

describe('a sender with a scheme of its own', () => {
  const body = JSON.stringify({ topic: 'orders', events: [{ id: 1 }, { id: 'a' }, { id: {} }] });

  it('signs in base64, as Shopify does', () => {
    const scheme = {
      header: 'X-Shopify-Hmac-Sha256',
      encoding: 'base64',
      deliveryIdHeader: 'X-Shopify-Webhook-Id',
    } as const;
    const headers = { 'x-shopify-hmac-sha256': sign('secret', body, 'base64'), 'x-shopify-webhook-id': 'w' };
    expect(receive({ scheme }, request(body, headers))).toEqual({ kind: 'push', deliveryId: 'w', objects: [] });
  });

  it('signs id, time and body, and lists what changed', () => {
    const scheme = {
      ...{ header: 'X-Signature', prefix: 'v1=', separator: ',', content: '{id}:{timestamp}:{body}', toleranceS: 60 },
      ...{ timestampHeader: 'X-Time', deliveryIdHeader: 'X-Id' },
    };
    const objects = { list: 'events', externalId: 'id', name: 'kind', names: { undefined: 'x' } };
    const headers = (time: string) => ({
      'x-signature': `v1=00, v1=${sign('secret', `d:${time}:${body}`)}`,
      'x-time': time,
      'x-id': 'd',
    });
    expect(receive({ scheme, objects }, request(body, headers(String(NOW)))).kind).toBe('answer'); // no item has a kind
    expect(receive({ scheme }, request(body, headers(String(NOW - 60_001)))).kind).toBe('refused');
    // A body that looks like the template is only a body.
    const hostile = '{timestamp}';
    const signature = `v1=${sign('secret', `d:${T}:${hostile}`)}`;
    expect(receive({ scheme }, request(hostile, { ...headers(T), 'x-signature': signature })).kind).toBe('push');
  });

  it('is read by the paths of the connection', () => {
    const scheme = { header: 'X-Signature' };
    const headers = { 'X-Signature': sign('secret', body) };
    const of = (objects: WebhookSettings['objects']) =>
      receive({ scheme, ...(objects && { objects }) }, request(body, headers));
    expect(of({ name: 'topic' })).toEqual({ kind: 'push', deliveryId: null, objects: [{ object: 'orders' }] });
    expect(of({ name: '__proto__' })).toMatchObject({ objects: [] });
  });

  it('names more than a thousand objects: only what kind they are is kept', () => {
    const many = JSON.stringify({ events: Array.from({ length: 1001 }, (_, id) => ({ id, kind: 'orders' })) });
    const objects = { list: 'events', externalId: 'id', name: 'kind' };
    expect(
      receive({ scheme: { header: 'X-Signature' }, objects }, request(many, { 'X-Signature': sign('secret', many) })),
    ).toMatchObject({ objects: [{ object: 'orders' }] });
  });
});
