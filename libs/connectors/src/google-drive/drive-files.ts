import type { JsonObject, ReadScope, RecordProblem, SourceRecord } from '@tidemark/connector-sdk';
import type { GoogleDriveConfig } from './google-drive.manifest.js';

/** A file as the API returns it. */
export type DriveFile = JsonObject & {
  readonly id?: string;
  readonly mimeType?: string;
  readonly parents?: readonly string[];
  readonly trashed?: boolean;
  readonly createdTime?: string;
  readonly modifiedTime?: string;
};

export interface DriveChange {
  readonly changeType?: string;
  readonly fileId?: string;
  readonly removed?: boolean;
  readonly time?: string;
  readonly file?: DriveFile;
}

/** Needed to decide whether a file belongs to the read. */
const NEEDED = ['id', 'mimeType', 'parents', 'trashed', 'createdTime', 'modifiedTime'] as const;

/** The `fields` of a file: those needed for reading, and those in the config. */
export function fileFields({ fields }: GoogleDriveConfig): string {
  return [...new Set([...NEEDED, ...fields])].join(',');
}

const quoted = (text: string) => `'${text.replaceAll(/[\\']/g, String.raw`\$&`)}'`;
const anyOf = (terms: readonly string[]) => (terms.length === 1 ? terms[0]! : `(${terms.join(' or ')})`);

/** The search query for the files to list: https://developers.google.com/workspace/drive/api/guides/ref-search-terms */
export function searchQuery({ mimeTypes, folder }: GoogleDriveConfig, { since, window }: ReadScope): string {
  const terms = ['trashed = false'];
  if (mimeTypes) terms.push(anyOf(mimeTypes.map((type) => `mimeType = ${quoted(type)}`)));
  if (folder !== undefined) terms.push(`${quoted(folder)} in parents`);
  // An uploaded file may keep its earlier modification time.
  const times = ['modifiedTime', 'createdTime'];
  if (since !== undefined) terms.push(anyOf(times.map((time) => `${time} >= ${quoted(since)}`)));
  if (window) {
    const { from, to } = window;
    terms.push(anyOf(times.map((time) => `(${time} >= ${quoted(from)} and ${time} < ${quoted(to)})`)));
  }
  return terms.join(' and ');
}

/** Whether a file matches `searchQuery`, apart from its time. */
function belongs({ mimeTypes, folder }: GoogleDriveConfig, file: DriveFile): boolean {
  if (file.trashed) return false;
  if (mimeTypes && !mimeTypes.includes(file.mimeType ?? '')) return false;
  return folder === undefined || (file.parents?.includes(folder) ?? false);
}

function within({ since, window }: ReadScope, file: DriveFile): boolean {
  if (since === undefined && !window) return true;
  const from = since === undefined ? -Infinity : Date.parse(since);
  const [first, end] = window ? [Date.parse(window.from), Date.parse(window.to)] : [-Infinity, Infinity];
  return timesOf(file).some((time) => time >= from && time >= first && time < end);
}

const timesOf = ({ modifiedTime, createdTime }: DriveFile): number[] =>
  [modifiedTime, createdTime].map((time) => Date.parse(String(time))).filter(Number.isFinite);

/** The records of a page, and problems of unusable items. */
export interface Found {
  readonly records: SourceRecord[];
  readonly problems: RecordProblem[];
}

const OBJECT = 'files';

export function recordsOfFiles(files: readonly DriveFile[]): Found {
  const found: Found = { records: [], problems: [] };
  for (const file of files) {
    if (file.id) found.records.push(recordOf(file.id, file));
    else found.problems.push(missingId('a file has no id', file));
  }
  return found;
}

/** Files that are gone, in the trash, or no longer in the read's scope are reported as deleted. */
export function recordsOfChanges(changes: readonly DriveChange[], config: GoogleDriveConfig, scope: ReadScope): Found {
  const found: Found = { records: [], problems: [] };
  for (const change of changes) {
    const { changeType = 'file', fileId, removed, file, time } = change;
    if (changeType !== 'file') continue;
    const at = Number.isFinite(Date.parse(String(time))) ? { updatedAt: new Date(time!).toISOString() } : {};
    if (!fileId) found.problems.push(missingId('a change has no file id', change as JsonObject));
    else if (removed || (file && !belongs(config, file)))
      found.records.push({ externalId: fileId, objectType: OBJECT, data: file ?? {}, deleted: true, ...at });
    else if (!file)
      found.problems.push({
        ...{ objectType: OBJECT, code: 'OBJECT_INVALID', externalId: fileId, data: change as JsonObject },
        message: `the change of ${fileId} does not contain the file's current state`,
      });
    else if (within(scope, file)) found.records.push(recordOf(fileId, file));
  }
  return found;
}

function recordOf(externalId: string, file: DriveFile): SourceRecord {
  const times = timesOf(file);
  const updatedAt = times.length > 0 ? { updatedAt: new Date(Math.max(...times)).toISOString() } : {};
  return { externalId, objectType: OBJECT, data: file, ...updatedAt };
}

const missingId = (message: string, data: JsonObject): RecordProblem => ({
  ...{ objectType: OBJECT, code: 'OBJECT_MISSING_ID', message, field: 'id', data },
});
