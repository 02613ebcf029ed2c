import { type BlobId, readBlob } from '@tidemark/blob-store';
import { ParseError } from '@tidemark/openapi-diff';
import { type Described, describeBytes } from '@tidemark/openapi-diff/threads';
import { Terminal } from '@tidemark/resilience';
import type { StageContext } from '@tidemark/connector-sdk';
import { takeArtefact } from './stage-tools.js';
import type { OpenapiCursor } from './cursor.js';

/** How large a document may be was decided when it was fetched. */
const MAX_DOCUMENT = Number.MAX_SAFE_INTEGER;

/** Names of what the stages of one leg hand each other in memory. */
export const BYTES = 'openapi.bytes';
export const DESCRIBED = 'openapi.described';

/** Checkpointed output of `fetch`. */
export interface FetchOutput {
  /** The body of the root document, byte by byte. */
  readonly rawBlob: BlobId;
  /** Of all documents together. */
  readonly bytes: number;
  /** Where it came from in the end, without query. */
  readonly url: string;
  /** What the cursor will keep of the source. */
  readonly source: Pick<
    OpenapiCursor,
    'documentBlob' | 'externalRefs' | 'request' | 'urlHash' | 'etag' | 'lastModified'
  >;
}

/** Checkpointed output of `parse`. */
export interface ParseOutput {
  readonly format: 'json' | 'yaml';
  /** As the document states it, such as `3.0.3`. */
  readonly specVersion: string;
}

/** Checkpointed output of `normalize`. */
export interface NormalizeOutput {
  readonly canonicalBlob: BlobId;
  /** Hash of the normalized content: the same for the same API, however it is written. */
  readonly contentHash: string;
  readonly title: string;
  readonly apiVersion: string;
  readonly operations: number;
}

/** The output of an earlier stage. @throws Error when the runner did not hand it over */
export function outputOf<T>(context: StageContext, stage: string): T {
  const output = context.outputs[stage];
  if (!output) throw new Error(`the output of stage ${stage} is missing`);
  return output as unknown as T;
}

/**
 * The description, read: from memory, else from the bytes in memory, else from the blob. A large one is read in a thread.
 * @throws Terminal SOURCE_INVALID · OutOfMemoryError
 */
export async function describedDocument(context: StageContext): Promise<Described> {
  const described = takeArtefact<Described>(context, DESCRIBED);
  if (described) return described;
  const { source, url } = outputOf<FetchOutput>(context, 'fetch');
  const bytes =
    takeArtefact<Uint8Array>(context, BYTES) ?? (await readBlob(context.blobs, source.documentBlob, MAX_DOCUMENT));
  try {
    return await describeBytes(bytes, { source: url, maxSize: MAX_DOCUMENT }, { signal: context.signal });
  } catch (error) {
    if (!(error instanceof ParseError)) throw error;
    throw new Terminal('SOURCE_INVALID', error.message, { cause: error });
  }
}
