/** Anything with an id that Notion shows. Times in milliseconds since 1970; Notion shows whole minutes. */
export interface NotionObject {
  /** `null`: it is shown without one. */
  readonly id: string | null;
  readonly kind: 'page' | 'data_source' | 'database' | 'block';
  /** The id of its parent; null: the workspace itself. */
  readonly parent: string | null;
  title: string;
  readonly createdAt: number;
  editedAt: number;
  inTrash: boolean;
  /** Of a block. */
  readonly type: string;
  /** Of a synced block that is a copy: the original. */
  readonly syncedFrom: string | null;
}

export interface ObjectInput {
  readonly parent?: string;
  readonly title?: string;
  /** Default now. */
  readonly at?: number;
  readonly withoutId?: boolean;
  readonly type?: string;
  readonly syncedFrom?: string;
}

/** The objects shared with one connection, in order of creation. */
export class Workspace {
  readonly objects: NotionObject[] = [];

  constructor(private readonly now: () => number) {}

  /** A database with one data source, in which its pages are. */
  addDatabase(input: ObjectInput = {}): { readonly id: string; readonly dataSource: string } {
    const id = this.#add('database', input).id!;
    return { id, dataSource: this.addDataSource({ ...input, parent: id }) };
  }

  addDataSource(input: ObjectInput): string {
    return this.#add('data_source', input).id!;
  }

  /** `parent`: a data source, or a page. */
  addPage(input: ObjectInput = {}): string {
    return this.#add('page', input).id!;
  }

  /** `parent`: a page, or a block. Adding it edits neither, unlike `edit`. */
  addBlock(input: ObjectInput & { readonly parent: string }): string {
    return this.#add('block', input).id!;
  }

  /** Changes an object, and with it the page and the blocks that it is in. */
  edit(id: string, at = this.now()): void {
    const object = this.get(id);
    object.title += '!';
    for (let edited: NotionObject | undefined = object; edited; edited = this.find(edited.parent)) {
      edited.editedAt = at;
      if (edited.kind !== 'block') return;
    }
  }

  trash(id: string, at = this.now()): void {
    const object = this.get(id);
    object.inTrash = true;
    object.editedAt = at;
  }

  find(id: string | null): NotionObject | undefined {
    return id === null ? undefined : this.objects.find((object) => object.id === id);
  }

  get(id: string): NotionObject {
    const object = this.find(id);
    if (!object) throw new Error(`there is no object ${id}`);
    return object;
  }

  childrenOf(id: string, kind: NotionObject['kind']): NotionObject[] {
    return this.objects.filter((object) => object.parent === id && object.kind === kind);
  }

  #add(kind: NotionObject['kind'], { at = this.now(), parent, withoutId, ...input }: ObjectInput): NotionObject {
    const number = (this.objects.length + 1).toString(16).padStart(12, '0');
    const object: NotionObject = {
      ...{ id: withoutId ? null : `5e7ab1e0-0000-4000-8000-${number}`, kind, parent: parent ?? null },
      ...{ title: input.title ?? `${kind} ${this.objects.length + 1}`, createdAt: at, editedAt: at, inTrash: false },
      ...{ type: input.type ?? 'paragraph', syncedFrom: input.syncedFrom ?? null },
    };
    this.objects.push(object);
    return object;
  }
}
