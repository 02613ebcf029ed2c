import { createHash } from 'node:crypto';
import { UnfoldedSize, UnfoldsTooFar } from '../unfold.js';
import { childPlace, type Place } from './places.js';
import { mayBeReference, splitReference, valueAt } from './references.js';

/** A document as read, and the URL that its relative references start from. */
export interface SourceDocument {
  readonly value: unknown;
  readonly base: string;
}

export interface Bundle {
  /** The root document without references to those other documents that are given. */
  readonly document: Record<string, unknown>;
  /** URLs of documents that are referred to but not given. */
  readonly missing: ReadonlySet<string>;
}

/** Limits of objects and arrays visited, and of those inlined: no real description comes near them. */
const MAX_VALUES = 5_000_000;
const MAX_INLINED = 500_000;

/**
 * Bundles all documents of a description into one. Schemas of other documents are added to the root's schemas,
 * under a name derived from URL and pointer, so that it is stable; they may refer to each other in cycles.
 * Everything else (path items, parameters, responses, …) is inlined where it is referred to.
 * Unresolvable references stay as they are. `documents` are keyed by URL without fragment.
 * @throws UnfoldsTooFar when the result has more characters than `most`, or too many values
 */
export function bundle(
  root: SourceDocument,
  rootUrls: readonly string[],
  documents: ReadonlyMap<string, SourceDocument>,
  most: number,
): Bundle {
  return new Bundler(root, new Set(rootUrls), documents, most).run();
}

class Bundler {
  readonly #missing = new Set<string>();
  readonly #schemas = new Map<string, unknown>();
  readonly #waiting: { name: string; target: unknown; document: SourceDocument }[] = [];
  /** The values being inlined: one that contains itself cannot be, unless it is a schema. */
  readonly #open = new Set<string>();
  readonly #section: readonly string[];
  readonly #urls = new Map<SourceDocument, string>();
  #values = 0;
  #inlinedValues = 0;
  #characters = 0;
  readonly #size = new UnfoldedSize();

  constructor(
    private readonly root: SourceDocument,
    private readonly rootUrls: ReadonlySet<string>,
    private readonly documents: ReadonlyMap<string, SourceDocument>,
    private readonly most: number,
  ) {
    for (const [url, document] of documents) this.#urls.set(document, url);
    this.#section = isRecord(root.value) && 'swagger' in root.value ? ['definitions'] : ['components', 'schemas'];
  }

  run(): Bundle {
    const document = this.#walk(this.root.value, 'object', this.root) as Record<string, unknown>;
    for (let next = this.#waiting.pop(); next; next = this.#waiting.pop())
      this.#schemas.set(next.name, this.#walk(next.target, 'schema', next.document));
    const sorted = Object.fromEntries([...this.#schemas].sort(([a], [b]) => (a < b ? -1 : 1)));
    return { document: merged(document, this.#section, sorted), missing: this.#missing };
  }

  #walk(value: unknown, place: Place, document: SourceDocument): unknown {
    if (place === 'data' || typeof value !== 'object' || value === null) {
      this.#count(this.#size.of(value));
      return value;
    }
    this.#count(2);
    if (this.#open.size > 0 && ++this.#inlinedValues > MAX_INLINED) throw new UnfoldsTooFar(this.most);
    if (++this.#values > MAX_VALUES) throw new UnfoldsTooFar(this.most);
    if (Array.isArray(value)) return value.map((item) => this.#walk(item, place, document));
    const isReference = place === 'object' || place === 'schema';
    if (isReference && '$ref' in value && typeof value.$ref === 'string')
      return this.#reference(value as { $ref: string }, place, document);
    return this.#members(value, place, document);
  }

  #count(characters: number): void {
    this.#characters += characters;
    if (this.#characters > this.most) throw new UnfoldsTooFar(this.most);
  }

  #members(value: object, place: Place, document: SourceDocument): object {
    // fromEntries defines keys such as `__proto__` instead of assigning them.
    return Object.fromEntries(
      Object.entries(value).map(([key, child]) => {
        this.#count(key.length + 3);
        if (place === 'mapping' && typeof child === 'string') return [key, this.#mapped(child, document)];
        return [key, this.#walk(child, childPlace(place, key, child), document)];
      }),
    );
  }

  #reference(node: { $ref: string }, place: 'object' | 'schema', from: SourceDocument): unknown {
    const { url, pointer } = splitReference(node.$ref, from.base);
    const local = node.$ref.startsWith('#');
    const { $ref, ...rest } = node;
    const siblings = this.#members(rest, place, from);
    if (url === undefined || pointer === undefined || (local && from === this.root)) return { ...siblings, $ref };
    if (!local && this.rootUrls.has(url)) return { ...siblings, $ref: `#${encodePointer(pointer)}` };
    const document = local ? from : this.documents.get(url);
    if (!document) {
      this.#missing.add(url);
      return { ...siblings, $ref };
    }
    const target = valueAt(document.value, pointer);
    if (target === undefined) return { ...siblings, $ref };
    const id = `${relative(local ? this.#urlOf(from) : url, this.root.base)}#${pointer}`;
    if (place === 'object') return this.#inlined(id, target, document, siblings) ?? { ...siblings, $ref };
    return { ...siblings, $ref: `#/${this.#section.join('/')}/${this.#schemaName(id, target, document)}` };
  }

  /** A value of a discriminator's mapping: a reference as a `$ref` has it, or the bare name of a schema. */
  #mapped(value: string, document: SourceDocument): string {
    if (!mayBeReference(value)) return value;
    const { $ref } = this.#reference({ $ref: value }, 'schema', document) as { $ref: string };
    return $ref;
  }

  #inlined(id: string, target: unknown, document: SourceDocument, siblings: object): unknown {
    if (this.#open.has(id)) return undefined;
    this.#open.add(id);
    const written = this.#walk(target, 'object', document);
    this.#open.delete(id);
    return isRecord(written) ? { ...written, ...siblings } : written;
  }

  #schemaName(id: string, target: unknown, document: SourceDocument): string {
    const last = id.replace(/#$/, '').split(/[/#?]/).at(-1)!;
    const stem = last
      .replace(/\.(?:json|ya?ml)$/i, '')
      .replace(/[^A-Za-z0-9._-]/g, '_')
      .slice(0, 60);
    const name = `${stem || 'schema'}-${createHash('sha256').update(id).digest('hex').slice(0, 10)}`;
    if (!this.#schemas.has(name)) {
      this.#schemas.set(name, {});
      this.#waiting.push({ name, target, document });
    }
    return name;
  }

  #urlOf(document: SourceDocument): string {
    return this.#urls.get(document) ?? document.base;
  }
}

/** A URL relative to the root's folder, so that a description keeps its names when it moves as a whole. */
function relative(url: string, root: string): string {
  const folder = new URL('.', root).href;
  if (url.startsWith(folder)) return url.slice(folder.length);
  const { origin, pathname, search } = new URL(url);
  return origin === new URL(root).origin ? pathname + search : url;
}

function encodePointer(pointer: string): string {
  return encodeURI(pointer).replaceAll('#', '%23');
}

/** Adds members to the object at a path, creating the objects on the way. */
function merged(object: Record<string, unknown>, path: readonly string[], members: object): Record<string, unknown> {
  const [key, ...rest] = path;
  if (Object.keys(members).length === 0) return object;
  if (key === undefined) return { ...object, ...members };
  const child = isRecord(object[key]) ? object[key] : {};
  return { ...object, [key]: merged(child, rest, members) };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
