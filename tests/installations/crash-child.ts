// A whole installation as a process of its own, to be killed. Its parent asks it over IPC.
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

/** What the child tells: that it is up, or an answer. */
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
}

const { folder, crash, ...settings } = JSON.parse(process.argv[2]!) as ChildOptions;
const tell = (word: Word) => process.send!(word);

const { adapters } = await startInstallation({
  ...settings,
  urls: embedded(folder),
  prepare: ({ eventStore }) => crash && crashAt(eventStore, crash),
});
process.on('message', ({ id, subject, data }: Question) => void answer(adapters.broker, id, subject, data));
// The parent is gone: so is what this was for.
process.on('disconnect', () => process.exit(1));
tell({ ready: true });

async function answer(broker: Broker, id: number, subject: string, data: unknown): Promise<void> {
  try {
    tell({ id, reply: await broker.request(subject, data) });
  } catch (error) {
    const { code, message, details } = error as { code?: string; message: string; details?: unknown };
    tell({ id, error: { code, message, details } });
  }
}
