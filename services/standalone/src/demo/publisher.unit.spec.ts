import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { startDemoPublisher, type DemoPublisher } from './publisher.js';
import { edition } from './tide-tables.js';

let publisher: DemoPublisher;
beforeEach(async () => {
  publisher = await startDemoPublisher({ everyMs: 0 });
});
afterEach(() => publisher.close());

const get = (headers: Record<string, string> = {}, method = 'GET') => fetch(publisher.url, { method, headers });
const header = (response: Response, name: string) => response.headers.get(name)!;

describe('the demo publisher', () => {
  it('publishes the first version, and then each next one', async () => {
    expect(await (await get()).json()).toEqual(edition(0).document);
    publisher.advance();
    const response = await get();
    expect(header(response, 'content-type')).toBe('application/json');
    expect(await response.json()).toEqual(edition(1).document);
    expect(publisher.version).toBe('1.1.0');
  });

  it('publishes by itself', async () => {
    const quick = await startDemoPublisher({ everyMs: 1 });
    await quick.newerThan('1.0.0', AbortSignal.timeout(5000));
    expect(quick.version).not.toBe('1.0.0');
    await quick.close();
  });

  it('answers 304 to clients that have the version, by tag or by time', async () => {
    const first = await get();
    const etag = header(first, 'etag');
    for (const known of [etag, `W/${etag}`, `"other", ${etag}`, '*'])
      expect([known, (await get({ 'if-none-match': known })).status]).toEqual([known, 304]);
    const lastModified = header(first, 'last-modified');
    expect((await get({ 'if-modified-since': lastModified })).status).toBe(304);
    expect((await get({ 'if-modified-since': new Date(0).toUTCString() })).status).toBe(200);
    publisher.advance();
    const changed = await get({ 'if-none-match': etag, 'if-modified-since': lastModified });
    expect(changed.status).toBe(200);
    expect(header(changed, 'etag')).not.toBe(etag);
  });

  it('serves nothing else, and accepts nothing', async () => {
    expect((await fetch(new URL('/', publisher.url))).status).toBe(404);
    expect((await get({}, 'POST')).status).toBe(405);
    const head = await get({}, 'HEAD');
    expect([head.status, await head.text()]).toEqual([200, '']);
  });

  it('resolves waits for a newer version, also when it was published before the wait', async () => {
    const never = new AbortController().signal;
    const waiting = publisher.newerThan('1.0.0', never);
    publisher.advance();
    await waiting;
    await publisher.newerThan('1.0.0', never);
  });

  it('releases waits that are aborted', async () => {
    const stop = new AbortController();
    const waiting = publisher.newerThan('1.0.0', stop.signal);
    stop.abort();
    await expect(waiting).rejects.toThrow('aborted');
    await expect(publisher.newerThan('1.0.0', stop.signal)).rejects.toThrow('aborted');
  });

  it('fails to start on a port that is taken', async () => {
    await expect(startDemoPublisher({ port: publisher.port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });
});
