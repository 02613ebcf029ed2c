/** A message, as https://learn.microsoft.com/en-us/graph/api/resources/message describes it. */
export interface GraphMessage {
  readonly subject: string;
  readonly receivedDateTime: string;
  readonly lastModifiedDateTime: string;
  readonly hasAttachments: boolean;
  readonly isRead: boolean;
  readonly body: { readonly contentType: string; readonly content: string };
  readonly [property: string]: unknown;
}

/** An event of a message in a folder. */
export interface FolderEvent {
  readonly at: number;
  readonly messageId: string;
  /** `flag`: only whether it was read; the delta then reports nothing else. */
  readonly kind: 'added' | 'changed' | 'flag' | 'removed';
}

export interface GraphFolder {
  readonly id: string;
  readonly displayName: string;
  readonly parentFolderId: string;
  readonly hidden: boolean;
  /** Shows messages of other folders, and has no delta. */
  readonly search: boolean;
  readonly events: FolderEvent[];
}

export interface StoredMessage {
  readonly id: string;
  readonly order: number;
  folderId: string;
  readonly message: GraphMessage;
  readonly attachments: readonly Readonly<Record<string, unknown>>[];
}

/** The mail of one user: folders, with the events in each. */
export class Mailbox {
  readonly folders = new Map<string, GraphFolder>();
  readonly messages = new Map<string, StoredMessage>();
  /** Grows with each event. */
  position = 0;
  /** Milliseconds since 1970; advances by a second with every action. */
  time = Date.parse('2026-03-01T00:00:00.000Z');

  constructor(readonly user: string) {
    this.addFolder('inbox', 'Inbox');
  }

  get now(): string {
    return new Date(this.time).toISOString().replace(/\.\d+Z$/, 'Z');
  }

  addFolder(id: string, displayName: string, parentFolderId = 'msgfolderroot', hidden = false): void {
    this.folders.set(id, { id, displayName, parentFolderId, hidden, search: false, events: [] });
  }

  addSearchFolder(id: string, displayName: string): void {
    this.addFolder(id, displayName);
    this.folders.set(id, { ...this.folders.get(id)!, search: true });
  }

  /** A folder that is deleted permanently is deleted with its content. */
  deleteFolder(id: string): void {
    this.folders.delete(id);
    for (const { id: messageId, folderId } of this.messages.values())
      if (folderId === id) this.messages.delete(messageId);
  }

  /** Adds a message, or changes one where it is. */
  put(folderId: string, id: string, properties: Readonly<Record<string, unknown>> = {}): void {
    this.time += 1000;
    const before = this.messages.get(id);
    const { attachments = before?.attachments ?? [], ...others } = properties as Partial<StoredMessage>;
    const message = {
      ...{ createdDateTime: this.now, receivedDateTime: this.now, sentDateTime: this.now },
      ...{ subject: `About ${id}`, bodyPreview: `Text of ${id}`, importance: 'normal', isDraft: false, isRead: false },
      ...{ internetMessageId: `<${id}@example.com>`, conversationId: 'c1', categories: [] },
      ...{ from: { emailAddress: { name: 'Dana', address: 'dana@example.com' } } },
      ...{ body: { contentType: 'html', content: `<p>Text of ${id}</p>` } },
      ...before?.message,
      ...others,
      ...{ lastModifiedDateTime: this.now, hasAttachments: attachments.length > 0 },
    };
    this.messages.set(id, { id, order: before?.order ?? this.position, folderId, message, attachments });
    this.#record(folderId, id, before ? 'changed' : 'added');
  }

  markRead(id: string, isRead = true): void {
    const stored = this.#stored(id);
    this.time += 1000;
    const message = { ...stored.message, isRead, lastModifiedDateTime: this.now };
    this.messages.set(id, { ...stored, message });
    this.#record(stored.folderId, id, 'flag');
  }

  move(id: string, folderId: string): void {
    const stored = this.#stored(id);
    this.time += 1000;
    this.#record(stored.folderId, id, 'removed');
    this.messages.set(id, { ...stored, folderId, order: this.position });
    this.#record(folderId, id, 'added');
  }

  delete(id: string): void {
    const { folderId } = this.#stored(id);
    this.time += 1000;
    this.messages.delete(id);
    this.#record(folderId, id, 'removed');
  }

  /** Ids of the messages in these folders, or in all, sorted; not of those put with another id. */
  ids(...folderIds: string[]): string[] {
    return [...this.messages.values()]
      .filter(({ folderId, message }) => !('id' in message) && (folderIds.length === 0 || folderIds.includes(folderId)))
      .map(({ id }) => id)
      .sort();
  }

  #record(folderId: string, messageId: string, kind: FolderEvent['kind']): void {
    this.folders.get(folderId)!.events.push({ at: ++this.position, messageId, kind });
  }

  #stored(id: string): StoredMessage {
    const stored = this.messages.get(id);
    if (!stored) throw new Error(`there is no message ${id}`);
    return stored;
  }
}
