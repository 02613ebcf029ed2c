import type { NotionObject, Workspace } from './workspace.js';

const MINUTE = 60_000;
/** Times are rounded down to the minute. */
export const shownTime = (ms: number): number => Math.floor(ms / MINUTE) * MINUTE;
const iso = (ms: number) => new Date(shownTime(ms)).toISOString();
const text = (content: string) => [{ type: 'text', text: { content, link: null }, plain_text: content }];
const user = { object: 'user', id: '0b5e0000-0000-4000-8000-000000000001' };

export function shape(object: NotionObject, workspace: Workspace): Record<string, unknown> {
  const { id, kind, createdAt, editedAt, inTrash, title } = object;
  const common = {
    object: kind,
    ...(id !== null && { id }),
    ...{ created_time: iso(createdAt), last_edited_time: iso(editedAt), created_by: user, last_edited_by: user },
    ...{ in_trash: inTrash, parent: parentOf(object, workspace) },
  };
  switch (kind) {
    case 'page': {
      const properties = { Name: { id: 'title', type: 'title', title: text(title) } };
      return { ...common, properties, icon: null, cover: null, url: `https://www.notion.so/${id}`, public_url: null };
    }
    case 'data_source':
      return { ...common, title: text(title), properties: { Name: { id: 'title', type: 'title', title: {} } } };
    case 'database': {
      const sources = workspace.childrenOf(id!, 'data_source').map((source) => ({ id: source.id, name: source.title }));
      return { ...common, title: text(title), data_sources: sources };
    }
    case 'block':
      return { ...common, ...blockOf(object, workspace) };
  }
}

function blockOf({ id, type, title, syncedFrom }: NotionObject, workspace: Workspace) {
  const synced = { synced_from: syncedFrom === null ? null : { type: 'block_id', block_id: syncedFrom } };
  const content = type === 'synced_block' ? synced : { rich_text: text(title), color: 'default' };
  // A copy shows the children of its original.
  const hasChildren = id !== null && workspace.childrenOf(syncedFrom ?? id, 'block').length > 0;
  return { type, has_children: hasChildren, [type]: type === 'child_page' ? { title } : content };
}

function parentOf({ parent }: NotionObject, workspace: Workspace) {
  const object = workspace.find(parent);
  if (!object) return { type: 'workspace', workspace: true };
  const type = `${object.kind}_id`;
  return { type, [type]: object.id, ...(object.kind === 'data_source' && { database_id: object.parent }) };
}
