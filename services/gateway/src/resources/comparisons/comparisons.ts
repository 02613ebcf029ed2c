import { Injectable } from '@nestjs/common';
import { readBlob, readJson, type BlobId, type BlobStore } from '@tidemark/blob-store';
import {
  tally,
  TidemarkError,
  type BySeverity,
  type ChangeSummary,
  type CommandContext,
  type CompareSnapshots,
  type Comparison,
  type FoundChange,
  type RenderComparison,
  type RenderedComparison,
  type ReportFormat,
} from '@tidemark/contracts';
import { LoadingCache } from '@tidemark/foundation';
import { filterOf, summaryOf } from '../changes/listing.js';
import { CommandClient } from '../../edge/command-client.js';
import { Ignores } from '../ignores/ignores.js';
import { pageOf, type Page } from '../../edge/paging.js';
import { Snapshots, type SnapshotView } from '../snapshots/snapshots.js';
import { Ports } from '../../edge/ports.js';
import { parseId } from '../../edge/validation/parse-id.js';
import { invalid } from '../../edge/validation/invalid.js';
import type { ComparisonQuery, SidesQuery } from './comparisons.dto.js';

/** Large documents take seconds, and comparisons wait for each other. */
const ANSWER_WITHIN_MS = 30_000;
const MAX_REPORT = 64 * 1024 ** 2;
const KEPT = 4;

export const contentTypes: { readonly [format in ReportFormat]: string } = {
  text: 'text/plain; charset=utf-8',
  markdown: 'text/markdown; charset=utf-8',
  json: 'application/json',
  html: 'text/html; charset=utf-8',
};

/** Two snapshots of a dependency, compared by today's rules and today's ignore list. */
export interface ComparisonView extends Page<ChangeSummary> {
  readonly before: SnapshotView;
  readonly after: SnapshotView;
  /** Of the changes that are not ignored. */
  readonly bySeverity: BySeverity;
  readonly ignored: number;
}

/** What callers may compare, whatever they speak. Nothing of it is recorded. */
@Injectable()
export class Comparisons {
  readonly #blobs: BlobStore;
  /** The last few, by their documents: they are paged through. */
  readonly #recent = new LoadingCache<readonly FoundChange[]>(KEPT);
  readonly #commands: CommandClient;
  readonly #snapshots: Snapshots;
  readonly #ignores: Ignores;

  constructor(commands: CommandClient, snapshots: Snapshots, ignores: Ignores, { blobs }: Ports) {
    this.#commands = commands;
    this.#snapshots = snapshots;
    this.#ignores = ignores;
    this.#blobs = blobs;
  }

  /** @throws TidemarkError NOT_FOUND · VALIDATION_FAILED when there is nothing to compare with */
  async compare(context: CommandContext, connectionId: string, query: ComparisonQuery): Promise<ComparisonView> {
    const { before, after } = await this.#sides(context, connectionId, query);
    const changes = await this.#changes(context, before, after);
    const ignoredBy = await this.#ignores.finder(context, parseId(connectionId));
    const left = changes.filter((change) => !ignoredBy(change));
    const { severity, rule } = query;
    const passes = filterOf(query, ignoredBy);
    const found = changes.filter(
      (change) =>
        (severity === undefined || severity.includes(change.severity)) &&
        (rule === undefined || rule === change.rule) &&
        passes(change),
    );
    const { page, perPage } = pageOf(query);
    return {
      before,
      after,
      bySeverity: tally(left),
      ignored: changes.length - left.length,
      data: found.slice((page - 1) * perPage, page * perPage).map((change) => summaryOf(change, ignoredBy)),
      pagination: { page, perPage, total: found.length },
    };
  }

  /** The comparison as a document for people or programs, without what is ignored. */
  async report(
    context: CommandContext,
    connectionId: string,
    { format, ...sides }: SidesQuery & { readonly format: ReportFormat },
  ): Promise<{ readonly contentType: string; readonly body: Uint8Array }> {
    const { before, after } = await this.#sides(context, connectionId, sides);
    const ignore = (await this.#ignores.list(context, connectionId)).data;
    const names = { title: `${after.title || 'API'} changes`, before: nameOf(before), after: nameOf(after) };
    const order: RenderComparison = { before: before.canonicalBlob, after: after.canonicalBlob, format, ignore, names };
    const { reportBlob } = await this.#ask<RenderedComparison>('render-comparison', context, order);
    return { contentType: contentTypes[format], body: await readBlob(this.#blobs, reportBlob as BlobId, MAX_REPORT) };
  }

  /** The snapshots that are meant: without a choice the newest, and the one before it. */
  async #sides(context: CommandContext, connectionId: string, chosen: SidesQuery) {
    const after = chosen.after ? await this.#snapshot(context, connectionId, 'after', chosen.after) : undefined;
    const newest = after ?? (await this.#snapshots.list(context, connectionId, { perPage: 1 })).data[0];
    if (!newest) throw invalid([{ field: 'after', message: 'is missing: the connection has no snapshot yet' }]);
    const id = chosen.before ?? newest.previousId;
    if (id === null) throw invalid([{ field: 'before', message: `is missing: ${newest.id} is the first snapshot` }]);
    return { before: await this.#snapshot(context, connectionId, 'before', id), after: newest };
  }

  async #snapshot(context: CommandContext, connectionId: string, field: string, id: string): Promise<SnapshotView> {
    const snapshot = await this.#snapshots.get(context, id).catch((error: unknown) => {
      if (error instanceof TidemarkError && error.code === 'NOT_FOUND') return undefined;
      throw error;
    });
    if (snapshot?.connectionId === connectionId) return snapshot;
    const message = 'is not a snapshot of this connection';
    throw new TidemarkError('NOT_FOUND', `${field} ${message}`, { fields: [{ field, message }] });
  }

  #changes(context: CommandContext, before: SnapshotView, after: SnapshotView): Promise<readonly FoundChange[]> {
    // Sunset dates are judged by the day.
    const key = [before.canonicalBlob, after.canonicalBlob, new Date().toISOString().slice(0, 10)].join(' ');
    return this.#recent.get(key, () =>
      this.#compare(context, { before: before.canonicalBlob, after: after.canonicalBlob }),
    );
  }

  async #compare(context: CommandContext, documents: CompareSnapshots): Promise<readonly FoundChange[]> {
    const { changesBlob } = await this.#ask<Comparison>('compare-snapshots', context, documents);
    return readJson<FoundChange[]>(this.#blobs, changesBlob as BlobId);
  }

  #ask<R>(verb: string, context: CommandContext, data: object): Promise<R> {
    return this.#commands.request<R>('differ', verb, context, data, ANSWER_WITHIN_MS);
  }
}

/** With the minute: many descriptions change often, and their version never. */
const nameOf = ({ apiVersion, takenAt }: SnapshotView) =>
  `${apiVersion || 'snapshot'} of ${takenAt.slice(0, 16).replace('T', ' ')}Z`;
