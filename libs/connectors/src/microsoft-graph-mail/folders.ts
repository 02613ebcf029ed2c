import { ExternalError, Terminal } from '@tidemark/resilience';
import { type GraphApi, type GraphItem, invalid } from './graph-api.js';

export interface MailFolder {
  readonly id: string;
  readonly name: string;
  readonly messages: number;
}

const SELECT = { $select: 'id,displayName,childFolderCount,totalItemCount' };
/** Folders per page. */
const TOP = { $top: 100 };

/** The folders to read: those of the config, or all that are not hidden. */
export class Folders {
  /** Known not to be among them. */
  readonly #outside = new Set<string>();
  #inside = new Set<string>();

  constructor(
    private readonly api: GraphApi,
    private readonly configured: readonly string[] | undefined,
  ) {}

  /** @throws ExternalError; Terminal with the field of a configured folder that does not exist */
  async list(signal: AbortSignal): Promise<readonly MailFolder[]> {
    const folders: MailFolder[] = [];
    if (this.configured) for (const at of this.configured.keys()) folders.push(await this.named(at, signal));
    else for await (const folder of this.#below('mailFolders', signal)) folders.push(folder);
    // Two names may lead to one folder.
    const once = [...new Map(folders.map((folder) => [folder.id, folder])).values()];
    this.#inside = new Set(once.map(({ id }) => id));
    return once;
  }

  /** A folder of the config. @throws Terminal SOURCE_NOT_FOUND with its field · ExternalError */
  async named(at: number, signal: AbortSignal): Promise<MailFolder> {
    const name = this.configured![at]!;
    try {
      return folderOf(await this.api.get<GraphItem>(`mailFolders/${encodeURIComponent(name)}`, SELECT, signal));
    } catch (error) {
      if (!(error instanceof Terminal) || error.code !== 'SOURCE_NOT_FOUND' || error.field !== undefined) throw error;
      const message = `Microsoft Graph: there is no folder ${name} in this mailbox`;
      throw new Terminal('SOURCE_NOT_FOUND', message, { field: `folders.${at}`, cause: error });
    }
  }

  /** Whether a folder is among them; an unknown one is looked up once. @throws ExternalError */
  async has(id: string, signal: AbortSignal): Promise<boolean> {
    if (!this.#inside.has(id) && !this.#outside.has(id)) {
      await this.list(signal);
      if (!this.#inside.has(id)) this.#outside.add(id);
    }
    return this.#inside.has(id);
  }

  /** The folders of a list, each followed by its descendants. Search folders only repeat messages of other folders. */
  async *#below(path: string, signal: AbortSignal): AsyncGenerator<MailFolder> {
    for await (const item of this.api.all(path, { ...TOP, ...SELECT }, signal)) {
      if (item['@odata.type'] === '#microsoft.graph.mailSearchFolder') continue;
      const folder = folderOf(item);
      yield folder;
      if (Number(item['childFolderCount'] ?? 0) > 0) yield* this.#children(folder.id, signal);
    }
  }

  /** Empty for a folder that was just deleted. */
  async *#children(id: string, signal: AbortSignal): AsyncGenerator<MailFolder> {
    try {
      yield* this.#below(`mailFolders/${encodeURIComponent(id)}/childFolders`, signal);
    } catch (error) {
      if (!isGone(error)) throw error;
    }
  }
}

function folderOf(item: GraphItem): MailFolder {
  if (!item.id) throw invalid('a folder has no id');
  return { id: item.id, name: String(item['displayName'] ?? item.id), messages: Number(item['totalItemCount'] ?? 0) };
}

/** Whether a folder or message was just deleted; errors of the mailbox or a configured folder have a field. */
export const isGone = (error: unknown): boolean =>
  error instanceof ExternalError && error.status === 404 && error.field === undefined;
