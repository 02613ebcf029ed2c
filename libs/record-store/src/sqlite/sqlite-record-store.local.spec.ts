import { writeFile } from 'node:fs/promises';
import { expect, it } from '@jest/globals';
import { temporaryFolder } from '@tidemark/test-kit';
import { createRecordStore } from '../create-record-store.js';
import { describeFailedRows, describeRecordStore } from '../testing/index.js';

const home = async () => {
  const folder = await temporaryFolder();
  return { open: () => createRecordStore(`sqlite:${folder.join('records.db')}`), remove: () => folder.remove() };
};

describeRecordStore('records in SQLite', home);
describeFailedRows('a SQLite store', home);

it('refuses a file that is none, and leaves it as it is', async () => {
  const folder = await temporaryFolder();
  const path = folder.join('records.db');
  await writeFile(path, 'rubbish '.repeat(1000));
  await expect(createRecordStore(`sqlite:${path}`)).rejects.toMatchObject({ code: 'RECORD_STORE_UNAVAILABLE' });
  await folder.remove();
});
