import { describe, expect, it } from '@jest/globals';
import { openForTest } from '@tidemark/connector-sdk/testing';
import { AuthExpired, Terminal } from '@tidemark/resilience';
import { graphError } from '@tidemark/test-kit/apis';
import { oauthCredential, withConfig } from '../testing/oauth-world.js';
import { connector } from './microsoft-graph-mail.connector.js';
import { api, connection, fill, mailbox, read, readerOf, useCredential } from './testing/mailbox.js';

const signal = new AbortController().signal;
const open = (config: object = {}) => openForTest(connector, 'source', withConfig(connection, config));

describe('a token that the service has forgotten', () => {
  it('leads to a complete read of each folder, with a problem about unknown deletions', async () => {
    fill(7);
    const { cursor } = await read();
    mailbox.delete('inbox-100');
    api.forgetSyncStates();
    const { ids, problems } = await read({}, { cursor });
    expect(ids).toEqual(mailbox.ids());
    expect(problems).toEqual([expect.objectContaining({ code: 'FOLDER_READ_AGAIN', objectType: 'messages' })]);
  });

  it('leads back to the last round when only page tokens are forgotten', async () => {
    fill(7);
    const { cursor } = await read();
    mailbox.delete('inbox-100');
    for (const number of [101, 102, 103, 104, 105]) mailbox.markRead(`inbox-${number}`);
    const second = await read({}, { cursor }, (_page, at) => {
      if (at === 0) api.fault(graphError.syncStateNotFound('https://graph.microsoft.com/v1.0/me'));
    });
    expect(new Set(second.ids)).toEqual(
      new Set(['-inbox-100', 'inbox-101', 'inbox-102', 'inbox-103', 'inbox-104', 'inbox-105']),
    );
    expect(second.problems).toEqual([]);
  });

  it('ends the read when it is forgotten again immediately', async () => {
    fill(2);
    const { cursor } = await read();
    api.fault({ status: 200, body: { value: [{ id: 'inbox', displayName: 'Inbox', totalItemCount: 2 }] } });
    api.fault(graphError.syncStateNotFound('https://graph.microsoft.com/v1.0/me'), 'always');
    const error = await readerOf().failure({ cursor });
    expect(error).toBeInstanceOf(Terminal);
    expect(error).toMatchObject({ code: 'SOURCE_CURSOR_EXPIRED' });
  });
});

describe('a time range', () => {
  it('is requested with the filter of the delta, and applies to later reads', async () => {
    fill(4);
    const since = '2026-03-01T00:00:03.500Z';
    const { ids, cursor } = await read({}, { since });
    expect(ids).toEqual(['inbox-103']);
    expect(api.requests.map(({ query }) => query.get('$filter')).filter(Boolean)).toEqual([
      'receivedDateTime ge 2026-03-01T00:00:03Z',
    ]);
    mailbox.markRead('inbox-100');
    mailbox.markRead('inbox-103');
    expect((await read({}, { cursor })).ids).toEqual(['inbox-103']);
  });

  it('yields a cursor after every page of a folder, even if nothing on it is in range', async () => {
    fill(7);
    const folders = [{ id: 'inbox', unfiltered: true }];
    const cursor = { folders, at: 0, since: '2027-01-01T00:00:00Z' };
    const { pages, records } = await readerOf().readInPieces({ cursor });
    expect(records).toEqual([]);
    expect(pages.map(({ hasMore }) => hasMore)).toEqual([true, true, false]);
  });

  it('skips folders without changes', async () => {
    for (const folder of ['one', 'two', 'three']) mailbox.addFolder(folder, folder);
    for (const folder of ['inbox', 'one', 'two', 'three']) fill(1, folder);
    const { cursor } = await read();
    mailbox.markRead('two-100');
    const { pages } = await readerOf().read({ cursor });
    expect(pages.map(({ records }) => records.length)).toEqual([1, 0]);
  });

  it('is read completely when it holds more than the 5,000 messages to which a filter is limited', async () => {
    mailbox.put('inbox', 'before');
    const since = new Date(mailbox.time + 1).toISOString();
    for (let number = 10_000; number < 15_001; number++) mailbox.put('inbox', `m${number}`);
    const { ids } = await read({}, { since, pageSize: 500 });
    expect(new Set(ids)).toEqual(new Set(mailbox.ids().filter((id) => id !== 'before')));
  });
});

describe('a 404 response', () => {
  it('is not treated as a deletion when it concerns the mailbox', async () => {
    fill(4);
    const { cursor } = await read();
    mailbox.delete('inbox-100');
    // The folders and the delta exist, and then the message is requested.
    for (const fault of ['none', 'none', graphError.noMailbox()] as const) api.fault(fault);
    const error = await readerOf().failure({ cursor });
    expect(error).toMatchObject({ code: 'SOURCE_NOT_FOUND', field: 'mailbox' });
  });

  it('is not treated as a deletion when the folder still exists', async () => {
    fill(4);
    for (const fault of ['none', graphError.notFound()] as const) api.fault(fault);
    expect(await readerOf().failure()).toMatchObject({ code: 'SOURCE_NOT_FOUND' });
  });
});

describe('requests to Microsoft Graph', () => {
  it('always request immutable ids', async () => {
    fill(4);
    mailbox.put('inbox', 'm1', { attachments: [{ id: 'a1', name: 'a' }] });
    const { cursor } = await read();
    mailbox.markRead('m1');
    await read({}, { cursor });
    expect(api.requests.filter(({ headers }) => !String(headers['prefer']).includes('IdType="ImmutableId"'))).toEqual(
      [],
    );
  });

  it('go to the mailbox of the config', async () => {
    fill(1);
    expect((await read({ mailbox: mailbox.user })).ids).toEqual(['inbox-100']);
    expect(api.requests.every(({ path }) => path.startsWith(`/v1.0/users/${mailbox.user}/`))).toBe(true);
  });

  it('go to the address of the config wherever links lead, and cursors hold no links', async () => {
    for (let number = 0; number < 120; number++) mailbox.addFolder(`f${number}`, `Folder ${number}`);
    fill(7);
    fill(7, 'f119');
    api.linkOrigin = 'https://elsewhere.example';
    const { ids, cursor } = await read();
    expect(ids).toEqual(mailbox.ids());
    expect(JSON.stringify(cursor)).not.toMatch(/http|elsewhere/);
  });

  it('use smaller pages while large ones time out, and larger ones again afterwards', async () => {
    fill(600);
    api.timeoutAbove = 100;
    const { ids } = await read({}, { pageSize: 200 }, (_page, at) => {
      if (at === 1) api.timeoutAbove = Infinity;
    });
    expect(ids).toEqual(mailbox.ids());
    const sizes = api.requests.flatMap(({ headers }) => /maxpagesize=(\d+)/.exec(String(headers['prefer']))?.[1] ?? []);
    expect(sizes.slice(0, 4)).toEqual(['200', '100', '100', '100']);
    expect(sizes.at(-1)).toBe('200');
  });
});

describe('the credential of microsoft-graph-mail', () => {
  it('is renewed when its token expires during a read', async () => {
    await using credential = oauthCredential(api);
    useCredential(credential);
    fill(7);
    const { ids } = await read({}, {}, (_page, at) => {
      if (at === 0) api.expireTokens();
    });
    expect(ids).toEqual(mailbox.ids());
    expect(api.tokenRequests).toHaveLength(1);
  });

  it('has ended when it was revoked', async () => {
    await using credential = oauthCredential(api);
    useCredential(credential);
    fill(7);
    api.revoke();
    const error = await readerOf().failure();
    expect(error).toBeInstanceOf(AuthExpired);
    expect(error).toMatchObject({ code: 'NO_ACCESS_TOKEN', message: expect.stringContaining('authorise') });
  });
});

describe('the check of microsoft-graph-mail', () => {
  it('says what was reached', async () => {
    mailbox.addFolder('projects', 'Projects', 'inbox');
    fill(3);
    await using opened = await open({ mailbox: 'ada@example.com' });
    const message = 'the mail of ada@example.com: 3 messages in 2 folders';
    expect(await opened.source.check(signal)).toEqual({ ok: true, message });
  });

  it('names the missing permission', async () => {
    api.scopes = ['User.Read'];
    await using opened = await open();
    const problem = { code: 'SOURCE_FORBIDDEN', message: expect.stringContaining('Mail.Read') };
    expect(await opened.source.check(signal)).toEqual({ ok: false, problems: [problem] });
  });

  it('names every folder that does not exist', async () => {
    api.fault(graphError.malformedId());
    await using opened = await open({ folders: ['nowhere', 'inbox', 'nothing'] });
    const result = await opened.source.check(signal);
    expect(result).toMatchObject({ ok: false, problems: [{ field: 'folders.0' }, { field: 'folders.2' }] });
  });

  it('requires mailbox when an application is authorised', async () => {
    api.delegated = false;
    await using opened = await open();
    const problem = {
      field: 'mailbox',
      code: 'SOURCE_REQUEST_REFUSED',
      message: expect.stringContaining('mailbox must name the user'),
    };
    expect(await opened.source.check(signal)).toEqual({ ok: false, problems: [problem] });
    await using named = await open({ mailbox: mailbox.user });
    expect(await named.source.check(signal)).toMatchObject({ ok: true });
  });

  it('says when the user has no mailbox', async () => {
    api.fault(graphError.noMailbox());
    await using opened = await open();
    const result = await opened.source.check(signal);
    expect(result).toMatchObject({ ok: false, problems: [{ field: 'mailbox', code: 'SOURCE_NOT_FOUND' }] });
  });
});
