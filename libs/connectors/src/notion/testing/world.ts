import { NotionApi, notionError } from '@tidemark/test-kit/apis';
import type { SourceWorld } from '@tidemark/connector-sdk/testing';
import { OAuthWorld, type PassingErrors } from '../../testing/oauth-world.js';

const HOUR = 3_600_000;
const START = Date.parse('2024-03-01T00:00:00Z');

const errors: PassingErrors = {
  unavailable: () => notionError(503, 'service_unavailable', 'Notion is unavailable, please try again later.'),
  throttled: (seconds) => notionError(429, 'rate_limited', 'You have been rate limited.', seconds),
};

/** Contents of a world: pages of a database or anywhere, data sources, or blocks of pages. */
export type NotionKind = 'pages' | 'pages of a database' | 'databases' | 'blocks';

/** A small workspace, and a connection that may read all of it. */
export class NotionWorld extends OAuthWorld implements SourceWorld {
  readonly pages: readonly string[];
  readonly database: { readonly id: string; readonly dataSource: string } | null;
  #made = 0;

  private constructor(
    readonly api: NotionApi,
    private readonly kind: NotionKind,
    objects: number,
  ) {
    super(api, errors);
    this.database = kind === 'pages of a database' ? api.workspace.addDatabase({ at: START }) : null;
    this.pages = kind === 'blocks' ? [1, 2, 3].map((_number) => api.workspace.addPage({ at: START })) : [];
    for (let made = 0; made < objects; made++) this.#add(START + made * HOUR);
  }

  static async start(kind: NotionKind, objects: number): Promise<NotionWorld> {
    return new NotionWorld(await new NotionApi().listen(), kind, objects);
  }

  get connection() {
    return { config: this.config(), credential: this.token };
  }

  config(changes: object = {}): object {
    return { apiUrl: this.api.origin, ...(this.database && { databases: [this.database.id] }), ...changes };
  }

  ids(): string[] {
    const kind = { pages: 'page', 'pages of a database': 'page', databases: 'data_source', blocks: 'block' }[this.kind];
    const objects = this.api.workspace.objects.filter((object) => object.kind === kind && !object.inTrash);
    return objects.flatMap(({ id }) => (id === null ? [] : [id]));
  }

  add(count: number): string[] {
    return Array.from({ length: count }, () => this.#add(Date.now()));
  }

  change(id: string): void {
    this.api.workspace.edit(id);
  }

  remove(id: string): void {
    this.api.workspace.trash(id);
  }

  addWithoutId(): void {
    this.#add(START + HOUR / 2, true);
  }

  gatewayTimeoutOver(records: number): void {
    this.api.slowAbove = records;
  }

  /** Every third block is in another one. */
  #add(at: number, withoutId = false): string {
    const { workspace } = this.api;
    const number = this.#made++;
    if (this.kind === 'databases') return workspace.addDataSource({ at, withoutId });
    if (this.kind !== 'blocks')
      return workspace.addPage({ at, withoutId, ...(this.database && { parent: this.database.dataSource }) });
    const page = this.pages[number % this.pages.length]!;
    const [sibling] = workspace.childrenOf(page, 'block');
    const parent = number % 4 === 3 && sibling?.id ? sibling.id : page;
    const id = workspace.addBlock({ at, withoutId, parent });
    workspace.get(page).editedAt = at;
    return id;
  }
}
