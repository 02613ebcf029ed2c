import { SaxesParser } from 'saxes';
import type { Json } from '@tidemark/foundation';
import { Undecodable } from './decode-error.js';

const MAX_DEPTH = 200;

type Members = Record<string, Json>;
interface Open {
  readonly name: string;
  readonly members: Members;
  text: string;
}

/**
 * An XML document as nested objects: an element is its text, or an object of its children and attributes (`_name`), with
 * text beside those as `_text`; several children of a name are a list. Namespace prefixes stay in names. Entities that
 * a document declares are not expanded.
 */
export function parseXml(text: string): Json {
  const parser = new SaxesParser({ position: true });
  const root: Open = { name: '', members: Object.create(null) as Members, text: '' };
  const open: Open[] = [root];
  const fail = (what: string): never => {
    throw new Undecodable(`is not XML that can be read: ${what} in line ${parser.line}`);
  };
  parser.on('error', () => fail('it is not well-formed'));
  parser.on('doctype', (doctype) => {
    if (doctype.includes('[')) fail('declarations of entities are refused');
  });
  parser.on('opentag', ({ name, attributes }) => {
    if (open.length > MAX_DEPTH) fail(`elements are nested deeper than ${MAX_DEPTH} levels`);
    const members = Object.create(null) as Members;
    for (const [key, value] of Object.entries(attributes)) members[`_${key}`] = value;
    open.push({ name, members, text: '' });
  });
  const addText = (more: string) => {
    open.at(-1)!.text += more;
  };
  parser.on('text', addText);
  parser.on('cdata', addText);
  parser.on('closetag', () => {
    const { name, members, text: own } = open.pop()!;
    add(open.at(-1)!.members, name, valueOf(members, own));
  });
  parser.write(text).close();
  return plain(root.members);
}

function valueOf(members: Members, text: string): Json {
  if (Object.keys(members).length === 0) return text.trim() === '' ? null : text;
  if (text.trim() !== '') members['_text'] = text;
  return plain(members);
}

function add(members: Members, name: string, value: Json): void {
  const there = members[name];
  if (!(name in members)) members[name] = value;
  else if (Array.isArray(there)) (there as Json[]).push(value);
  else members[name] = [there as Json, value];
}

const plain = (members: Members): Json => Object.fromEntries(Object.entries(members));
