import { type PageSize, Terminal } from '@tidemark/resilience';
import { type Page, type ReadRequest, requestedPageSize } from '@tidemark/connector-sdk';
import { filterOf, type FolderPlace, type Place } from './cursor.js';
import { Folders, isGone } from './folders.js';
import type { GraphApi, PageLimits, Query } from './graph-api.js';
import { Messages } from './messages.js';
import { type MicrosoftGraphMailConfig, manifest } from './microsoft-graph-mail.manifest.js';
import { behind, folderAt, type Move, newRound, restarted, withoutFolder } from './rounds.js';

/** A page of one folder, and where to continue. */
interface Step extends Move {
  readonly records: Page['records'];
}

/** One read of a mailbox: every folder by its own delta, one folder after another. */
export class Reading {
  readonly #folders: Folders;
  readonly #messages: Messages;
  readonly #pageSize: PageSize;
  readonly #signal: AbortSignal;
  /** By folder. */
  readonly #restarts = new Map<string, number>();

  constructor(
    private readonly api: GraphApi,
    { folders, attachments }: MicrosoftGraphMailConfig,
    { pageSize, signal }: Pick<ReadRequest, 'pageSize' | 'signal'>,
  ) {
    this.#folders = new Folders(api, folders);
    this.#messages = new Messages(api, this.#folders, attachments);
    this.#pageSize = requestedPageSize(manifest.source!.pageSize, pageSize);
    this.#signal = signal;
  }

  /** The (remaining) pages of a round. @throws ExternalError */
  async *pages(from: Place): AsyncGenerator<Page> {
    let { place, problems }: Move = { place: from, problems: [] };
    if (place.at === undefined) ({ place, problems } = newRound(place, await this.#folders.list(this.#signal)));
    const estimate = place.total ? { estimate: place.total } : {};
    for (let hasMore = true; hasMore;) {
      const step = await this.#step(place);
      const sameFolder = step.place.at === place.at;
      place = step.place;
      problems = [...problems, ...step.problems];
      hasMore = place.at !== undefined;
      // An empty page is worth a checkpoint only inside a long folder: a resumed read repeats empty folders cheaply.
      if (hasMore && !sameFolder && step.records.length === 0 && problems.length === 0) continue;
      yield { records: step.records, problems, cursor: place, hasMore, ...estimate };
      problems = [];
    }
  }

  async #step(place: Place): Promise<Step> {
    const folder = folderAt(place);
    if (!folder) return { place, records: [], problems: [] };
    try {
      return await this.#pageSize.attempt(
        (size, onOverload) => this.#page(place, folder, { size, onOverload }),
        this.#signal,
      );
    } catch (error) {
      if (this.#signal.aborted || !(error instanceof Terminal)) throw error;
      if (error.code === 'SOURCE_CURSOR_EXPIRED' && this.#mayRestart(folder))
        return { ...restarted(place), records: [] };
      if (isGone(error) && !(await this.#isListed(folder))) return { ...withoutFolder(place), records: [] };
      throw error;
    }
  }

  async #page(place: Place, folder: FolderPlace, limits: PageLimits): Promise<Step> {
    const filter = folder.unfiltered ? undefined : filterOf(place);
    const path = `mailFolders/${encodeURIComponent(folder.id)}/messages/delta`;
    const page = await this.api.page(path, queryOf(folder, filter), this.#signal, limits);
    const after = behind(place, page, filter !== undefined);
    return { place: after, ...(await this.#messages.recordsOf(page.value, place, this.#signal)) };
  }

  async #isListed({ id }: FolderPlace): Promise<boolean> {
    return (await this.#folders.list(this.#signal)).some((folder) => folder.id === id);
  }

  /** Restarts from the last round, then from nothing: a service that keeps forgetting is not retried forever. */
  #mayRestart({ id, delta, next }: FolderPlace): boolean {
    const restarts = this.#restarts.get(id) ?? 0;
    this.#restarts.set(id, restarts + 1);
    return restarts < 2 && (delta !== undefined || next !== undefined);
  }
}

/** A token already contains the other parameters. */
function queryOf({ next, delta }: FolderPlace, filter: string | undefined): Query {
  if (next !== undefined) return { $skiptoken: next };
  return delta !== undefined ? { $deltatoken: delta } : { $filter: filter };
}
