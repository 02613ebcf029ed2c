import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { RecordedEvent } from '@tidemark/event-store';

const FOLDER = join(import.meta.dirname, '../recorded');

interface About {
  readonly commit: string;
  /** When the services were killed, milliseconds since the epoch. */
  readonly recordedAt: number;
  /** Ids of jobs and connections, by their purpose. */
  readonly ids: Readonly<Record<string, string>>;
  readonly keys: Readonly<Record<'admin' | 'reader' | 'acme' | 'globex' | 'revoked', string>>;
}

export interface RecordedAnswer {
  readonly key: keyof About['keys'];
  readonly path: string;
  /** JSON, or text when the answer is not JSON. */
  readonly body: unknown;
}

export interface RecordedMessage {
  readonly kind: 'relayed' | 'request' | 'broadcast';
  readonly subject: string;
  readonly data: unknown;
  /** Of relayed messages. */
  readonly id?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Of requests. */
  readonly reply?: unknown;
}

export interface RecordedDocument {
  readonly view: string;
  readonly document: { readonly id: string };
}

const unzipped = (path: string) => gunzipSync(readFileSync(path));
const lines = <T>(name: string): T[] =>
  unzipped(join(FOLDER, `${name}.jsonl.gz`))
    .toString()
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as T);

/** What an earlier version wrote; see README.md. */
export const about = JSON.parse(readFileSync(join(FOLDER, 'about.json'), 'utf8')) as About;
export const recordedEvents = (): RecordedEvent[] => lines('events');
export const recordedMessages = (): RecordedMessage[] => lines('messages');
export const recordedDocuments = (): RecordedDocument[] => lines('views');
export const recordedAnswers = (): RecordedAnswer[] => lines('answers');

/** The data folder as that version left it. */
export function unpackData(to: string): void {
  for (const [path, bytes] of filesIn(join(FOLDER, 'data'))) {
    mkdirSync(dirname(join(to, path)), { recursive: true });
    writeFileSync(join(to, path), bytes);
  }
}

/** The objects of the blob store. */
export const recordedBlobs = (): Buffer[] => Array.from(filesIn(join(FOLDER, 'data/blobs')), ([, bytes]) => bytes);

function* filesIn(folder: string): Generator<readonly [path: string, bytes: Buffer]> {
  for (const file of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!file.isFile()) continue;
    const path = join(file.parentPath, file.name);
    yield [relative(folder, path).replace(/\.gz$/, ''), unzipped(path)];
  }
}
