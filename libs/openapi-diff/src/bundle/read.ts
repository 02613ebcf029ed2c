import { ParseError } from '../parse/parse-error.js';
import { parse, parseAny } from '../parse/parse.js';
import type { JsonObject } from '../json.js';
import { bundle } from './bundle.js';
import { mayReferElsewhere } from './references.js';

/** A document that was fetched, as JSON in UTF-8. */
export interface FetchedDocument {
  /** Where it was asked for, without a fragment. */
  readonly url: string;
  /** Where it was found: its relative references start from there. */
  readonly base: string;
  readonly json: Uint8Array;
}

export interface BundleRequest {
  readonly root: Omit<FetchedDocument, 'url'>;
  /** Other URLs of the root. */
  readonly rootUrls: readonly string[];
  readonly documents: readonly FetchedDocument[];
  /** Characters up to which references may unfold. */
  readonly most: number;
}

/** The bundle in UTF-8, or the URLs of documents that it needs first. */
export type BundleAnswer = { readonly bundled: Uint8Array } | { readonly missing: readonly string[] };

/** A description as JSON, when it may refer to other documents; null also for what is no description. */
export const referringJson = (bytes: Uint8Array): Uint8Array | null => {
  if (!mayReferElsewhere(new TextDecoder().decode(bytes))) return null;
  try {
    return jsonOf(parse(bytes, { maxSize: Number.MAX_SAFE_INTEGER }).document);
  } catch (error) {
    if (error instanceof ParseError) return null;
    throw error;
  }
};

/** A document that a description refers to, as JSON. @throws ParseError */
export const referredJson = (bytes: Uint8Array, source: string): Uint8Array => jsonOf(parseAny(bytes, { source }));

/** @throws UnfoldsTooFar */
export const bundleJson = ({ root, rootUrls, documents, most }: BundleRequest): BundleAnswer => {
  const { document, missing } = bundle(
    sourceOf(root),
    rootUrls,
    new Map(documents.map((one) => [one.url, sourceOf(one)])),
    most,
  );
  return missing.size > 0 ? { missing: [...missing] } : { bundled: jsonOf(document as JsonObject) };
};

const sourceOf = ({ json, base }: Pick<FetchedDocument, 'json' | 'base'>) => ({
  value: JSON.parse(new TextDecoder().decode(json)) as unknown,
  base,
});

const jsonOf = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));
