import { beforeEach, describe, expect, it } from '@jest/globals';
import { Terminal } from '@tidemark/resilience';
import { api, fill, mailbox, read, readerOf } from './testing/mailbox.js';

describe('a message', () => {
  const attachments = [
    { id: 'a1', name: 'plan.pdf', contentType: 'application/pdf', size: 7, isInline: false, contentBytes: 'cGxhbg==' },
  ];

  it('is returned whole, with the metadata of its attachments', async () => {
    mailbox.put('inbox', 'm1', { attachments });
    const { records } = await read();
    expect(records).toEqual([
      {
        ...{ externalId: 'm1', objectType: 'messages', updatedAt: '2026-03-01T00:00:01.000Z' },
        data: expect.objectContaining({
          ...{ id: 'm1', subject: 'About m1', parentFolderId: 'inbox', hasAttachments: true },
          body: { contentType: 'html', content: '<p>Text of m1</p>' },
          attachments: [{ id: 'a1', name: 'plan.pdf', contentType: 'application/pdf', size: 7, isInline: false }],
        }),
      },
    ]);
    expect(Object.keys(records[0]!.data).filter((name) => name.includes('@odata'))).toEqual([]);
  });

  it('is returned as text and without its attachments if configured', async () => {
    mailbox.put('inbox', 'm1', { attachments });
    const [record] = (await read({ body: 'text', attachments: false })).records;
    expect(record!.data).toMatchObject({ body: { contentType: 'text', content: 'Text of m1' } });
    expect(record!.data).not.toHaveProperty('attachments');
    expect(api.requests.filter(({ path }) => path.endsWith('/attachments'))).toEqual([]);
  });

  it('is returned whole when it was only marked as read, for which the delta has little data', async () => {
    mailbox.put('inbox', 'm1');
    const { cursor } = await read();
    mailbox.markRead('m1');
    const [record] = (await read({}, { cursor })).records;
    expect(record!.data).toMatchObject({ isRead: true, body: { content: '<p>Text of m1</p>' } });
  });

  it('is reported as deleted when it was deleted', async () => {
    fill(4);
    const { cursor } = await read();
    mailbox.delete('inbox-101');
    const { records } = await read({}, { cursor });
    expect(records).toEqual([{ externalId: 'inbox-101', objectType: 'messages', data: {}, deleted: true }]);
  });
});

describe('a message that moves', () => {
  beforeEach(() => {
    mailbox.addFolder('archive', 'Archive');
    fill(2);
    mailbox.put('archive', 'old');
  });

  it('keeps its id, and is reported with its new folder, not as deleted', async () => {
    const { cursor } = await read();
    mailbox.move('inbox-100', 'archive');
    const { records, ids } = await read({}, { cursor });
    expect(new Set(ids)).toEqual(new Set(['inbox-100']));
    expect(records.map(({ data }) => data['parentFolderId'])).toEqual(records.map(() => 'archive'));
  });

  it('is not lost when it moves back, though the delta says that it was removed', async () => {
    const { cursor } = await read();
    mailbox.move('inbox-100', 'archive');
    mailbox.move('inbox-100', 'inbox');
    const { records, ids } = await read({}, { cursor });
    expect(new Set(ids)).toEqual(new Set(['inbox-100']));
    expect(records[0]!.data).toMatchObject({ parentFolderId: 'inbox' });
  });

  it('is reported as deleted when it moves to a folder that is not read', async () => {
    mailbox.addFolder('purges', 'Purges', 'msgfolderroot', true);
    const all = await read();
    const one = await read({ folders: ['inbox'] });
    mailbox.move('inbox-100', 'purges');
    mailbox.move('inbox-101', 'archive');
    expect(new Set((await read({}, { cursor: all.cursor })).ids)).toEqual(new Set(['-inbox-100', 'inbox-101']));
    expect((await read({ folders: ['inbox'] }, { cursor: one.cursor })).ids).toEqual(['-inbox-100', '-inbox-101']);
  });

  it('is not deleted when its new folder is created during the read', async () => {
    const { cursor } = await read();
    mailbox.markRead('inbox-101');
    mailbox.markRead('old');
    const second = await read({}, { cursor, pageSize: 1 }, (_page, at) => {
      if (at > 0) return;
      mailbox.addFolder('new', 'New', 'archive');
      mailbox.move('old', 'new');
    });
    expect(second.ids).toEqual(['inbox-101', 'old']);
    expect((await read({}, { cursor: second.cursor })).ids).toContain('old');
  });
});

describe('the folders', () => {
  it('are all that are neither hidden nor searches, at any depth', async () => {
    mailbox.addFolder('projects', 'Projects', 'inbox');
    mailbox.addFolder('tidemark', 'Tidemark', 'projects');
    mailbox.addFolder('hidden', 'Hidden', 'msgfolderroot', true);
    mailbox.addSearchFolder('unread', 'Unread mail');
    for (let number = 0; number < 120; number++) mailbox.addFolder(`f${number}`, `Folder ${number}`);
    for (const folder of ['inbox', 'projects', 'tidemark', 'hidden', 'f119']) fill(1, folder);
    expect((await read()).ids).toEqual(mailbox.ids('inbox', 'projects', 'tidemark', 'f119'));
  });

  it('are those of the config only', async () => {
    mailbox.addFolder('projects', 'Projects', 'inbox');
    fill(4, 'inbox');
    fill(4, 'projects');
    expect((await read({ folders: ['projects', 'projects'] })).ids).toEqual(mailbox.ids('projects'));
  });

  it('are listed in every round, and a deleted one is reported', async () => {
    mailbox.addFolder('brief', 'Brief');
    fill(2);
    fill(2, 'brief');
    const first = await read();
    mailbox.deleteFolder('brief');
    mailbox.addFolder('new', 'New');
    fill(2, 'new');
    const second = await read({}, { cursor: first.cursor });
    expect(second.ids).toEqual(mailbox.ids('new'));
    expect(second.problems).toEqual([
      expect.objectContaining({ code: 'FOLDER_GONE', message: expect.stringContaining('brief') }),
    ]);
    expect((await read({}, { cursor: second.cursor })).problems).toEqual([]);
  });

  it('may be deleted during a read', async () => {
    mailbox.addFolder('brief', 'Brief');
    fill(4);
    fill(4, 'brief');
    const { ids, problems } = await read({}, {}, (_page, at) => {
      if (at === 1) mailbox.deleteFolder('brief');
    });
    expect(ids).toEqual(mailbox.ids('inbox'));
    expect(problems).toEqual([expect.objectContaining({ code: 'FOLDER_GONE' })]);
  });

  it('must exist if the config names them', async () => {
    const error = await readerOf({ folders: ['inbox', 'nowhere'] }).failure();
    expect(error).toBeInstanceOf(Terminal);
    expect(error).toMatchObject({ code: 'SOURCE_NOT_FOUND', field: 'folders.1' });
  });
});
