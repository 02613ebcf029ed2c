// Transitions of a read's position; pure.
import type { RecordProblem } from '@tidemark/connector-sdk';
import { filterOf, type FolderPlace, type Place } from './cursor.js';
import type { MailFolder } from './folders.js';
import { type GraphList, invalid, tokenOf } from './graph-api.js';
import { OBJECT } from './messages.js';

/** A delta with a filter returns this many messages at most: https://learn.microsoft.com/en-us/graph/delta-query-messages */
const FILTER_LIMIT = 5000;

/** Where to continue, and the problems found. */
export interface Move {
  readonly place: Place;
  readonly problems: readonly RecordProblem[];
}

/** The folder to read next; undefined when the round over all folders is complete. */
export const folderAt = ({ at, folders }: Place): FolderPlace | undefined => (at === undefined ? at : folders[at]);

/** A new round: new folders are added, deleted ones dropped. Empty ones can wait. */
export function newRound(place: Place, found: readonly MailFolder[]): Move {
  const known = new Map(place.folders.map((folder) => [folder.id, folder]));
  const folders = found
    .filter(({ id, messages }) => known.has(id) || messages > 0)
    .map(({ id }) => known.get(id) ?? { id });
  const ids = new Set(found.map(({ id }) => id));
  const problems = [...known.keys()].filter((id) => !ids.has(id)).map(folderGone);
  const counted = known.size === 0 && filterOf(place) === undefined;
  const total = counted ? { total: found.reduce((sum, { messages }) => sum + messages, 0) } : {};
  return { place: { ...place, folders, ...total, ...(folders.length > 0 && { at: 0 }) }, problems };
}

/** The position after a page of the folder's delta. @throws Retryable when the page has no usable link */
export function behind(place: Place, page: GraphList, filtered: boolean): Place {
  const { next: before, told: received = 0, ...folder } = folderAt(place)!;
  const count = received + page.value.length;
  const nextLink = page['@odata.nextLink'];
  if (nextLink !== undefined) {
    const next = tokenOf(nextLink, '$skiptoken');
    if (next === before) throw invalid('a page leads to itself');
    return withFolder(place, { ...folder, next, ...(filtered && count > 0 && { told: count }) });
  }
  // It may have withheld some: then the whole folder is read, and filtered here.
  if (filtered && count >= FILTER_LIMIT) return withFolder(place, { id: folder.id, unfiltered: true });
  const delta = tokenOf(page['@odata.deltaLink'] ?? '', '$deltatoken');
  return atNextFolder({ ...withFolder(place, { ...folder, delta }), at: place.at! + 1 });
}

/** Drops the current folder, which no longer exists. */
export function withoutFolder(place: Place): Move {
  const { id } = folderAt(place)!;
  const left = { ...place, folders: place.folders.toSpliced(place.at!, 1) };
  return { place: atNextFolder(left), problems: [folderGone(id)] };
}

/**
 * After the service has forgotten the position. Page tokens expire first: then the round starts again. If the token of the
 * last round has expired too, the folder is read as a whole, and deletions in between cannot be known.
 */
export function restarted(place: Place): Move {
  const { id, delta, next, unfiltered } = folderAt(place)!;
  const folder = { id, ...(unfiltered && { unfiltered }) };
  if (next !== undefined && delta !== undefined)
    return { place: withFolder(place, { ...folder, delta }), problems: [] };
  const message =
    `Microsoft Graph has forgotten how far the folder ${id} was read, so it is read as a whole: ` +
    'deletions since the last read are not reported; a full read finds them';
  return { place: withFolder(place, folder), problems: [problem('FOLDER_READ_AGAIN', message)] };
}

const withFolder = (place: Place, folder: FolderPlace): Place => ({
  ...place,
  folders: place.folders.with(place.at!, folder),
});

function atNextFolder(place: Place): Place {
  if (folderAt(place)) return place;
  const { at: _at, total: _total, ...ended } = place;
  return ended;
}

const folderGone = (id: string) =>
  problem(
    'FOLDER_GONE',
    `the folder ${id} is gone or no longer read: deletions of its messages are not reported; a full read finds them`,
  );

const problem = (code: string, message: string): RecordProblem => ({ objectType: OBJECT, code, message });
