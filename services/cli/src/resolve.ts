import type { ConnectionView, JobView } from '@tidemark/contracts';
import { path, type Api, type Page } from './api/api.js';
import { CliError, usageError } from './cli-error.js';
import { exitCodes } from './exit-codes.js';

const PER_PAGE = 100;
/** How far back a beginning of an id is searched for. */
const MOST_PAGES = 20;
const LEAST_PREFIX = 4;
const LISTED = 8;

interface Named {
  readonly id: string;
  readonly name?: string;
}

const resolveNamed =
  (kind: string, address: string) =>
  async (api: Api, text: string): Promise<string> => {
    if (isWhole(text)) return text;
    const items = await gather<Named>(api, address);
    const named = items.filter(({ name }) => name === text);
    return one(kind, text, named.length > 0 ? named : beginning(items, text));
  };

/** The id of one of these, from its id, a unique beginning of it, or its exact name. @throws CliError */
export const resolveConnection = resolveNamed('connection', 'v1/connections');
export const resolveKey = resolveNamed('key', 'v1/keys');
export const resolveProvider = resolveNamed('provider', 'v1/providers');

/** A job's id, from its id or a unique beginning of it. @throws CliError */
export const resolveJob = async (api: Api, text: string): Promise<string> =>
  isWhole(text) ? text : one('job', text, beginning(await gather<JobView>(api, 'v1/jobs'), text));

/** A snapshot's id, from its id or a unique beginning of it among all connections' snapshots. @throws CliError */
export async function resolveSnapshot(api: Api, text: string): Promise<string> {
  if (isWhole(text)) return text;
  const found: Named[] = [];
  for (const { id } of await gather<ConnectionView>(api, 'v1/connections'))
    found.push(...beginning(await gather<Named>(api, path`v1/connections/${id}/snapshots`), text));
  return one('snapshot', text, found);
}

// Ids are UUIDs or hashes; only a shortened one is worth a search.
const isWhole = (text: string) =>
  /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/i.test(text) || /^[0-9a-f]{40,}$/i.test(text);

const beginning = <Item extends Named>(items: readonly Item[], text: string): readonly Item[] =>
  text.length < LEAST_PREFIX ? [] : items.filter(({ id }) => id.startsWith(text.toLowerCase()));

function one(kind: string, text: string, found: readonly Named[]): string {
  const [first, ...others] = found;
  const quoted = JSON.stringify(text);
  if (!first) throw new CliError(exitCodes.notFound, 'NOT_FOUND', `no ${kind} has an id or name like ${quoted}`);
  if (others.length === 0) return first.id;
  const candidates = found.slice(0, LISTED).map(({ id, name }) => (name ? `${id} (${name})` : id));
  const more = found.length > LISTED ? ` and ${found.length - LISTED} more` : '';
  throw usageError(`${quoted} may be any of ${found.length} ${kind}s: ${candidates.join(', ')}${more}`);
}

/** The newest items of a list, each once though the list may grow while it is read. */
async function gather<Item extends Named>(api: Api, address: string): Promise<readonly Item[]> {
  const items = new Map<string, Item>();
  for (let page = 1; page <= MOST_PAGES; page++) {
    const { data, pagination } = await api.get<Page<Item>>(address, { page, perPage: PER_PAGE });
    for (const item of data) items.set(item.id, item);
    if (data.length === 0 || page * PER_PAGE >= pagination.total) break;
  }
  return [...items.values()];
}
