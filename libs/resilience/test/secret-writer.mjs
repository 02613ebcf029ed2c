// node secret-writer.mjs FOLDER TIMES: adds one to the number in secret `n` that many times (0: forever), each on the
// condition that it is unchanged since it was read, and prints each stored number.
import { FileSecretStore } from '../dist/index.js';

const [folder, times] = [process.argv[2], Number(process.argv[3])];
const store = new FileSecretStore(folder);
for (let done = 0; times === 0 || done < times;) {
  const { version = 0, value } = (await store.get('n')) ?? {};
  const next = Number(value ? Buffer.from(value).toString().trim() : 0) + 1;
  // As long as a credential, so that a write can be interrupted.
  const text = String(next).padEnd(4000);
  if ((await store.compareAndPut('n', version, Buffer.from(text))) === null) continue;
  done++;
  process.stdout.write(`${next}\n`);
}
