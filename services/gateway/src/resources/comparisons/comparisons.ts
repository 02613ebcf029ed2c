import { Injectable } from '@nestjs/common';
import { readBlob, type BlobId, type BlobStore } from '@tidemark/blob-store';
import {
  invalid,
  problem,
  TidemarkError,
  type CommandContext,
  type FoundChanges,
  type RenderComparison,
  type RenderedComparison,
  type ReportFormat,
  type SnapshotView,
} from '@tidemark/contracts';
import { CommandClient } from '../../edge/command-client.js';
import { ANSWER_WITHIN_MS, DifferClient } from '../../edge/differ-client.js';
import { fixedPage, pageOf } from '../../edge/paging.js';
import { Ports } from '../../edge/ports.js';
import { parseId } from '../../edge/validation/parse-id.js';
import { Ignores } from '../ignores/ignores.js';
import { Snapshots } from '../snapshots/snapshots.js';
import type { ComparisonQuery, SidesQuery, SnapshotComparison } from './comparisons.dto.js';

const MAX_REPORT = 64 * 1024 ** 2;

export const contentTypes: { readonly [format in ReportFormat]: string } = {
  text: 'text/plain; charset=utf-8',
  markdown: 'text/markdown; charset=utf-8',
  json: 'application/json',
  html: 'text/html; charset=utf-8',
};

/** Comparisons on demand, for HTTP and gRPC. Nothing is recorded. */
@Injectable()
export class Comparisons {
  readonly #blobs: BlobStore;
  readonly #commands: CommandClient;
  readonly #differ: DifferClient;
  readonly #snapshots: Snapshots;
  readonly #ignores: Ignores;

  constructor(commands: CommandClient, differ: DifferClient, snapshots: Snapshots, ignores: Ignores, { blobs }: Ports) {
    this.#commands = commands;
    this.#differ = differ;
    this.#snapshots = snapshots;
    this.#ignores = ignores;
    this.#blobs = blobs;
  }

  /** @throws TidemarkError NOT_FOUND · VALIDATION_FAILED when there are no two snapshots to compare */
  async compare(context: CommandContext, connectionId: string, query: ComparisonQuery): Promise<SnapshotComparison> {
    const { before, after } = await this.#sides(context, connectionId, query);
    const { cursor: _, ...filter } = query;
    const documents = { before: before.canonicalBlob, after: after.canonicalBlob };
    const request = { ...filter, ...pageOf(query), ...documents, connectionId: parseId(connectionId) };
    const { data, total, ...sums } = await this.#differ.query<FoundChanges>('find-changes', context, request);
    return { before, after, ...sums, ...fixedPage(query, { data, total }) };
  }

  /** The comparison as a document for people or programs, without ignored changes. */
  async report(
    context: CommandContext,
    connectionId: string,
    { format, ...sides }: SidesQuery & { readonly format: ReportFormat },
  ): Promise<{ readonly contentType: string; readonly body: Uint8Array }> {
    const { before, after } = await this.#sides(context, connectionId, sides);
    const ignore = (await this.#ignores.list(context, connectionId)).data;
    const names = { title: `${after.title || 'API'} changes`, before: nameOf(before), after: nameOf(after) };
    const input: RenderComparison = { before: before.canonicalBlob, after: after.canonicalBlob, format, ignore, names };
    const { reportBlob } = await this.#commands.ask<RenderedComparison>('differ', 'render-comparison', context, input, {
      timeoutMs: ANSWER_WITHIN_MS,
      repeatable: true,
    });
    return { contentType: contentTypes[format], body: await readBlob(this.#blobs, reportBlob as BlobId, MAX_REPORT) };
  }

  /** The snapshots to compare: by default the newest, and the one before it. */
  async #sides(context: CommandContext, connectionId: string, chosen: SidesQuery) {
    const after = chosen.after ? await this.#snapshot(context, connectionId, 'after', chosen.after) : undefined;
    const newest = after ?? (await this.#snapshots.list(context, connectionId, { perPage: 1 })).data[0];
    if (!newest) throw invalid([problem('after', 'is missing: the connection has no snapshot yet')]);
    const id = chosen.before ?? newest.previousId;
    if (id === null) throw invalid([problem('before', `is missing: ${newest.id} is the first snapshot`)]);
    return { before: await this.#snapshot(context, connectionId, 'before', id), after: newest };
  }

  async #snapshot(context: CommandContext, connectionId: string, field: string, id: string): Promise<SnapshotView> {
    const snapshot = await this.#snapshots.get(context, id).catch((error: unknown) => {
      if (error instanceof TidemarkError && error.code === 'NOT_FOUND') return undefined;
      throw error;
    });
    if (snapshot?.connectionId === connectionId) return snapshot;
    const unknown = problem(field, 'is not a snapshot of this connection');
    throw new TidemarkError('NOT_FOUND', unknown.message, { fields: [unknown] });
  }
}

/** With the minute: many descriptions change often while their version stays the same. */
const nameOf = ({ apiVersion, takenAt }: SnapshotView) =>
  `${apiVersion || 'snapshot'} of ${takenAt.slice(0, 16).replace('T', ' ')}Z`;
