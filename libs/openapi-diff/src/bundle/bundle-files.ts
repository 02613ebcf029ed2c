import type { Json, JsonObject } from '../json.js';
import { ParseError } from '../parse/parse-error.js';
import { parseAny, type ParsedDocument } from '../parse/parse.js';
import { MAX_UNFOLDED } from '../unfold.js';
import { bundle, type SourceDocument } from './bundle.js';
import { childPlace, type Place } from './places.js';
import { mayBeReference, splitReference } from './references.js';

/** Returns the bytes of a document, or undefined when it may not or cannot be read: references to it stay. */
export type ReadReferred = (url: string) => Promise<Uint8Array | undefined>;

/** More documents than this are no description that people wrote. */
const MAX_DOCUMENTS = 10_000;

/**
 * Joins a description at `base` with all documents that it refers to, each of which is read once. References that cannot be
 * followed stay as they are, and are found by `unresolvedReferences`.
 * @throws ParseError for a document that is neither JSON nor YAML, or too many or too large documents
 */
export const bundleFiles = async (root: ParsedDocument, base: string, read: ReadReferred): Promise<ParsedDocument> => {
  const rootUrl = splitReference('', base).url ?? base;
  const start: SourceDocument = { value: root.document, base };
  const documents = new Map<string, SourceDocument>();
  const asked = new Set([rootUrl]);
  const waiting = [start];
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    for (const url of documentsIn(next)) {
      if (asked.has(url)) continue;
      if (asked.size > MAX_DOCUMENTS)
        throw new ParseError(`refers to more than ${MAX_DOCUMENTS} other documents`, 1, 1, root.source);
      asked.add(url);
      const bytes = await read(url);
      if (bytes === undefined) continue;
      const document = { value: parseAny(bytes, { source: decodeURI(new URL(url).pathname) }), base: url };
      documents.set(url, document);
      waiting.push(document);
    }
  }
  if (documents.size === 0) return root;
  return { ...root, document: bundle(start, [rootUrl], documents, MAX_UNFOLDED).document as JsonObject };
};

/** The URLs of all documents that one refers to. Visits what YAML's aliases share once for each kind of place. */
const documentsIn = ({ value, base }: SourceDocument): Set<string> => {
  const found = new Set<string>();
  const seen = new Map<Place, Set<object>>();
  const waiting: [value: unknown, place: Place][] = [[value, 'object']];
  // The root of another document may be a schema as well as any other object: both readings are followed.
  if (!isDescription(value)) waiting.push([value, 'schema'], [value, 'schemas'], [value, 'objects']);
  const refer = (reference: unknown): void => {
    if (typeof reference !== 'string' || reference.startsWith('#')) return;
    const { url } = splitReference(reference, base);
    if (url !== undefined) found.add(url);
  };
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const [node, place] = next;
    if (typeof node !== 'object' || node === null || place === 'data') continue;
    const known = seen.get(place) ?? new Set();
    if (known.has(node)) continue;
    seen.set(place, known.add(node));
    if (Array.isArray(node)) {
      for (const item of node) waiting.push([item, place]);
      continue;
    }
    for (const [key, child] of Object.entries(node as Record<string, Json>)) {
      if (key === '$ref' && (place === 'object' || place === 'schema')) refer(child);
      else if (place === 'mapping') {
        if (typeof child === 'string' && mayBeReference(child)) refer(child);
      } else waiting.push([child, childPlace(place, key, child)]);
    }
  }
  return found;
};

const isDescription = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && ('openapi' in value || 'swagger' in value);
