// A whole installation as a separate process that can be killed. Its parent sends requests over IPC.
import type { Broker } from '@tidemark/messaging';
import { crashAt, type CrashPoint } from './crash-point.js';
import { startInstallation } from './installation.js';
import { embedded } from './urls.js';

/** A request of the parent. */
export interface Question {
  readonly id: number;
  readonly subject: string;
  readonly data: unknown;
}

/** A message of the child: that it is ready, or a reply. */
export type Word =
  | { readonly ready: true }
  | { readonly id: number; readonly reply: unknown }
  | { readonly id: number; readonly error: { code?: string; message: string; details?: unknown } };

/** The child's first argument. */
export interface ChildOptions {
  readonly folder: string;
  readonly crash?: CrashPoint;
  readonly tenantMaxRunning?: number;
  readonly withCopy?: boolean;
  readonly filesRoot?: string;
}

const { folder, crash, ...settings } = JSON.parse(process.argv[2]!) as ChildOptions;
const send = (word: Word) => process.send!(word);

const { adapters } = await startInstallation({
  ...settings,
  urls: embedded(folder),
  prepare: ({ eventStore }) => crash && crashAt(eventStore, crash),
});
process.on('message', ({ id, subject, data }: Question) => void answer(adapters.broker, id, subject, data));
// The parent is gone, so this process is of no use.
process.on('disconnect', () => process.exit(1));
send({ ready: true });

async function answer(broker: Broker, id: number, subject: string, data: unknown): Promise<void> {
  try {
    send({ id, reply: await broker.request(subject, data) });
  } catch (error) {
    const { code, message, details } = error as { code?: string; message: string; details?: unknown };
    send({ id, error: { code, message, details } });
  }
}
