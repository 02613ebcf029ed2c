import { tmpdir } from 'node:os';
import type { BlobId, BlobStore } from '@tidemark/blob-store';

export type OnProblem = 'report' | 'fail';

export interface CompareOptions {
  /** The columns that identify a row: one or several. */
  readonly key: readonly string[];
  /** The columns to compare beside the key. Default: those of the first row; a later row with others is an error. */
  readonly columns?: readonly string[];
  /** The snapshot to compare with. Without one, every row is new. */
  readonly previous?: BlobId | undefined;
  /** Where snapshots are stored. */
  readonly snapshots: Pick<BlobStore, 'get' | 'put'>;
  /** Bytes of rows held in memory before they go to the disk; at least 64 KiB. Default 120 MiB. */
  readonly memoryLimit?: number;
  /** Folder for rows that do not fit. Default: the system's folder for temporary files. */
  readonly tempDir?: string;
  readonly signal?: AbortSignal | undefined;
  /** Keeps the rows' values in the snapshot, so that the next comparison reports old values too. Default false. */
  readonly keepValues?: boolean;
  /** Whether rows without any other change are offered once when the model has new columns. Default 'offer'. */
  readonly onSchemaChange?: 'offer' | 'ignore';
  /** Whether new rows are reported, or only counted: without a snapshot the caller has them all. Default 'report'. */
  readonly onAdded?: 'report' | 'count';
  /** Default 'report'. */
  readonly onNullKey?: OnProblem;
  /** Default 'report'. */
  readonly onDuplicateKey?: OnProblem;
}

export type Settings = Required<Omit<CompareOptions, 'columns' | 'previous' | 'signal'>> &
  Pick<CompareOptions, 'columns' | 'previous' | 'signal'>;

const MEBIBYTE = 1024 * 1024;

/** @throws TypeError that names the option */
export function settingsOf(options: CompareOptions): Settings {
  const settings: Settings = {
    memoryLimit: 120 * MEBIBYTE,
    tempDir: tmpdir(),
    keepValues: false,
    onSchemaChange: 'offer',
    onAdded: 'report',
    onNullKey: 'report',
    onDuplicateKey: 'report',
    ...Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)),
    key: options.key,
    snapshots: options.snapshots,
  };
  const { key, columns, memoryLimit } = settings;
  if (!areNames(key) || key.length === 0) throw new TypeError('key: expected at least one name of a column, each once');
  if (columns !== undefined && !areNames(columns)) throw new TypeError('columns: expected names, each once');
  if (!(memoryLimit >= 64 * 1024)) throw new TypeError('memoryLimit: expected at least 65536 bytes');
  return settings;
}

const areNames = (names: unknown): names is readonly string[] =>
  Array.isArray(names) && names.every((name) => typeof name === 'string') && new Set(names).size === names.length;
