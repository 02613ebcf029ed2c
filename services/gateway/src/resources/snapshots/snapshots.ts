import { Injectable } from '@nestjs/common';
import type { BlobId, BlobStore } from '@tidemark/blob-store';
import {
  publicPart,
  views,
  type CommandContext,
  type OperationList,
  type ResolvedOperation,
  type SnapshotDocument,
  type SnapshotView,
} from '@tidemark/contracts';
import type { View } from '@tidemark/read-model';
import { DifferClient } from '../../edge/differ-client.js';
import { fixedPage, pageOf, partOf, viewPage, type Page, type PageQuery, type ViewPage } from '../../edge/paging.js';
import { Ports } from '../../edge/ports.js';
import { parseId } from '../../edge/validation/parse-id.js';
import { Dependencies } from '../dependencies/dependencies.js';

export interface RawSnapshot {
  /** The blob's id, which identifies its content. */
  readonly etag: string;
  readonly contentType: string;
  /** @throws TidemarkError when the document is missing */
  readonly open: () => Promise<AsyncIterable<Uint8Array>>;
}

/** Queries about snapshots, for HTTP and gRPC. */
@Injectable()
export class Snapshots {
  readonly #view: View<SnapshotDocument>;
  readonly #blobs: BlobStore;
  readonly #differ: DifferClient;
  readonly #dependencies: Dependencies;

  constructor(dependencies: Dependencies, differ: DifferClient, { readModel, blobs }: Ports) {
    this.#dependencies = dependencies;
    this.#view = readModel.view<SnapshotDocument>(views.snapshots);
    this.#blobs = blobs;
    this.#differ = differ;
  }

  /** Snapshots of a connection, the newest first. @throws TidemarkError NOT_FOUND when there is no such connection */
  async list(context: CommandContext, id: string, query: PageQuery): Promise<ViewPage<SnapshotView>> {
    const connectionId = parseId(id);
    const found = await this.#dependencies.find(context, connectionId, (where) =>
      this.#view.query({ where: { ...where }, sort: [['takenAt', 'desc']], ...partOf(query) }),
    );
    return viewPage(query, found, (document) => ({ ...publicPart(document, views.snapshots), connectionId }));
  }

  async get(context: CommandContext, id: string): Promise<SnapshotView> {
    return publicPart(await this.#find(context, id), views.snapshots);
  }

  async operations(context: CommandContext, id: string, query: PageQuery): Promise<Page<ResolvedOperation>> {
    const { canonicalBlob } = await this.#find(context, id);
    const request = { canonicalBlob, ...pageOf(query) };
    return fixedPage(query, await this.#differ.query<OperationList>('list-operations', context, request));
  }

  async raw(context: CommandContext, id: string): Promise<RawSnapshot> {
    const { rawBlob, format } = await this.#find(context, id);
    const contentType = format === 'yaml' ? 'application/yaml' : 'application/json';
    return { etag: rawBlob, contentType, open: () => whole(this.#blobs, rawBlob as BlobId) };
  }

  /** The tenant's snapshot, or one of a provider that it subscribes to, shown as its own. @throws TidemarkError NOT_FOUND */
  async #find(context: CommandContext, id: string): Promise<SnapshotDocument> {
    const document = await this.#view.get(parseId(id));
    const connectionId = await this.#dependencies.connectionOf(context, document, 'snapshot');
    return { ...document!, connectionId };
  }
}

/** The bytes, after all were read once: a missing or damaged object is an error before the response begins. */
async function whole(blobs: BlobStore, id: BlobId): Promise<AsyncIterable<Uint8Array>> {
  for await (const chunk of blobs.get(id)) void chunk;
  return blobs.get(id);
}
