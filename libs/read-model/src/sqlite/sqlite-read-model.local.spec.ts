import { temporaryFolder } from '@tidemark/test-kit';
import type { ReadModel } from '../port.js';
import { describeReadModel } from '../testing/index.js';
import { SqliteReadModel } from './sqlite-read-model.js';

describeReadModel('SqliteReadModel', async () => {
  const folder = await temporaryFolder();
  const opened: ReadModel[] = [];
  return {
    open() {
      const model = new SqliteReadModel(folder.join('views', 'views.db'));
      opened.push(model);
      return model;
    },
    async remove() {
      for (const model of opened) await model.close();
      await folder.remove();
    },
  };
});
