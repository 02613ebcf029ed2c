import { temporaryFolder } from '@tidemark/test-kit';
import { describe, expect, it } from '@jest/globals';
import { createReadModel } from './create-read-model.js';
import { MongoReadModel } from './mongodb/mongo-read-model.js';
import { ReadModelUnavailable } from './port.js';
import { tasks } from './testing/tasks.js';

describe('createReadModel', () => {
  it('opens an SQLite file, and creates its parent folders', async () => {
    await using folder = await temporaryFolder();
    for (const url of [
      `sqlite:${folder.join('a', 'b', 'views.db')}`,
      `sqlite://${folder.join('c.db')}`,
      'sqlite::memory:',
    ]) {
      const model = await createReadModel(url);
      await expect(model.ping()).resolves.toBeUndefined();
      await model.close();
    }
  });

  it('names MongoDB without connecting to it', async () => {
    const model = await createReadModel('mongodb://127.0.0.1:1/some');
    expect(model).toBeInstanceOf(MongoReadModel);
    await model.close();
  });

  it.each([
    ['', /got no scheme/],
    ['./data/views.db', /got no scheme/],
    ['postgres://u:secret@h/db', /got postgres:/],
    ['sqlite:', /needs the path of a file/],
    ['sqlite:./data/', /needs the path of a file/],
    ['mongodb://', /bad mongodb URL/],
    ['mongodb://u:secret@h:port/x', /bad mongodb URL/],
    ['mongodb://u:secret@h/?nonsense=1', /bad mongodb URL/],
  ])('refuses %j in one line without a secret', async (url, message) => {
    const error: Error = await createReadModel(url).then(
      () => new Error('nothing'),
      (reason: Error) => reason,
    );
    expect(error).toBeInstanceOf(TypeError);
    expect(error.message).toMatch(message);
    expect(JSON.stringify([error.message, error.cause, error.stack])).not.toContain('secret');
  });

  it('reports why a file cannot be opened', async () => {
    await expect(createReadModel('sqlite:/dev/null/views.db')).rejects.toThrow(ReadModelUnavailable);
    await expect(createReadModel('sqlite:/dev/null/views.db')).rejects.toThrow('/dev/null/views.db');
  });

  it('refuses a namespace that could mean something else', async () => {
    await expect(createReadModel('sqlite::memory:', { namespace: 'a/b' })).rejects.toThrow(/namespace "a\/b"/);
  });

  it('separates the views of two namespaces in one file', async () => {
    await using folder = await temporaryFolder();
    const url = `sqlite:${folder.join('views.db')}`;
    const [a, b] = [await createReadModel(url, { namespace: 'a' }), await createReadModel(url, { namespace: 'b' })];
    await a.swap(tasks, await a.begin(tasks));
    expect([await a.liveVersion(tasks), await b.liveVersion(tasks)]).toEqual([1, null]);
    await a.close();
    await b.close();
  });
});
