import type { ConnectionView, JobView } from '@tidemark/contracts';
import { path, type Api, type Page } from './api/api.js';
import { CliError, usageError } from './cli-error.js';
import { exitCodes } from './exit-codes.js';

const PER_PAGE = 100;
/** How many pages are searched for an id prefix. */
const MAX_PAGES = 20;
const MIN_PREFIX = 4;
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
    return one(kind, text, named.length > 0 ? named : withPrefix(items, text));
  };

/** Resolves an id, a unique prefix of one, or an exact name. @throws CliError */
export const resolveConnection = resolveNamed('connection', 'v1/connections');
export const resolveKey = resolveNamed('key', 'v1/keys');
export const resolveProvider = resolveNamed('provider', 'v1/providers');

/** Resolves a job's id or a unique prefix of it. @throws CliError */
export const resolveJob = async (api: Api, text: string): Promise<string> =>
  isWhole(text) ? text : one('job', text, withPrefix(await gather<JobView>(api, 'v1/jobs'), text));

/** Resolves a snapshot's id, or a unique prefix of it among the snapshots of all connections. @throws CliError */
export async function resolveSnapshot(api: Api, text: string): Promise<string> {
  if (isWhole(text)) return text;
  const found: Named[] = [];
  for (const { id } of await gather<ConnectionView>(api, 'v1/connections'))
    found.push(...withPrefix(await gather<Named>(api, path`v1/connections/${id}/snapshots`), text));
  return one('snapshot', text, found);
}

// Ids are UUIDs or hashes; only a prefix needs a search.
const isWhole = (text: string) =>
  /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/i.test(text) || /^[0-9a-f]{40,}$/i.test(text);

const withPrefix = <Item extends Named>(items: readonly Item[], text: string): readonly Item[] =>
  text.length < MIN_PREFIX ? [] : items.filter(({ id }) => id.startsWith(text.toLowerCase()));

function one(kind: string, text: string, found: readonly Named[]): string {
  const [first, ...others] = found;
  const quoted = JSON.stringify(text);
  if (!first) throw new CliError(exitCodes.notFound, 'NOT_FOUND', `no ${kind} matches ${quoted}`);
  if (others.length === 0) return first.id;
  const candidates = found.slice(0, LISTED).map(({ id, name }) => (name ? `${id} (${name})` : id));
  const more = found.length > LISTED ? ` and ${found.length - LISTED} more` : '';
  throw usageError(`${quoted} is ambiguous; it matches ${found.length} ${kind}s: ${candidates.join(', ')}${more}`);
}

/** The newest items of a list, each once even if the list grows while it is read. */
export async function gather<Item extends Named>(
  api: Api,
  address: string,
  maxPages = MAX_PAGES,
): Promise<readonly Item[]> {
  const items = new Map<string, Item>();
  let cursor: string | undefined;
  for (let page = 1; page <= maxPages; page++) {
    // An older server has pages alone.
    const part = cursor === undefined ? { page } : { cursor };
    const { data, pagination, next } = await api.get<Page<Item>>(address, { ...part, perPage: PER_PAGE });
    for (const item of data) items.set(item.id, item);
    if (data.length === 0 || page * PER_PAGE >= pagination.total) break;
    cursor = next;
  }
  return [...items.values()];
}
