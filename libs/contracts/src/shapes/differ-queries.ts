import {
  Flag,
  Id,
  Instant,
  JsonObject,
  ListOf,
  Nested,
  Shape,
  SomeOf,
  Text,
  WholeNumber,
} from '../fields/decorators.js';
import { either, object, record, text, type FieldType } from '../fields/field-type.js';
import { BySeverity, ChangeSummary, RecordedChange, severities, type Severity } from './changes.js';
import { blob } from './comparison.js';
import { ConnectionRef } from './connection-requests.js';

/** Queries that the differ answers. Pages are numbered from 1. */

/** A reply that may be too large for a message: as it is, or as JSON in a blob. */
export type LargeReply<T> = { readonly value: T } | { readonly blob: string };

export const large = <T>(value: FieldType<T>): FieldType<LargeReply<T>> =>
  either(record({ value }), record({ blob: text() }));

const page = { min: 1 } as const;
const perPage = { min: 1 } as const;

/** One operation of an API, with its references resolved: readable without the rest of the description. */
@Shape({ name: 'Operation' })
export class ResolvedOperation {
  @Text({ description: 'In upper case.', example: 'GET' })
  readonly method!: string;

  @Text({ example: '/invoices/{id}' })
  readonly path!: string;

  @Text({ optional: true })
  readonly operationId?: string;

  @Text({ optional: true })
  readonly summary?: string;

  @Text({ optional: true })
  readonly description?: string;

  @Flag()
  readonly deprecated!: boolean;

  @ListOf(text())
  readonly tags!: readonly string[];

  @ListOf(object)
  readonly parameters!: readonly object[];

  @JsonObject({ optional: true })
  readonly requestBody?: object;

  @JsonObject({ description: 'By status.' })
  readonly responses!: { readonly [status: string]: object };
}

/** Operations of a normalized document. */
@Shape()
export class ListOperations {
  @Text() readonly tenant!: string;
  @Text(blob) readonly canonicalBlob!: string;
  @WholeNumber(page) readonly page!: number;
  @WholeNumber(perPage) readonly perPage!: number;
}

@Shape()
export class OperationList {
  @ListOf(() => ResolvedOperation)
  readonly data!: readonly ResolvedOperation[];

  @WholeNumber()
  readonly total!: number;
}

/**
 * Filters for changes, as seen by a connection: all given ones must match, and the connection's ignore list marks
 * the results. The sender has made sure that the connection is the tenant's.
 */
class ChangeFilter extends ConnectionRef {
  @SomeOf(severities, { optional: true, description: 'Any of these.' })
  readonly severity?: readonly Severity[];

  @Text({ max: 200, optional: true, example: 'response-property-removed' })
  readonly rule?: string;

  @Text({
    max: 2000,
    optional: true,
    example: 'GET /invoices/{id}',
    description: 'Changes that reach this operation, including those that also reach others.',
  })
  readonly operation?: string;

  @Flag({ optional: true, description: 'Only those that the ignore list expects, or only the others.' })
  readonly ignored?: boolean;

  @WholeNumber(page)
  readonly page!: number;

  @WholeNumber(perPage)
  readonly perPage!: number;
}

/** Recorded changes, those of the newest comparison first and in its order. */
@Shape()
export class ListChanges extends ChangeFilter {
  @Text({ max: 2000, optional: true, description: 'The `next` of the list before, in place of `page`.' })
  readonly after?: string;

  @Nested(() => ConnectionRef, {
    description: 'The connection that the changes were recorded for: this one, or the provider that it subscribes to.',
  })
  readonly keeper!: ConnectionRef;

  @Id({ optional: true })
  readonly jobId?: string;

  @Id({ optional: true })
  readonly snapshotId?: string;

  @Instant({ optional: true, description: 'Detected at this time or later.' })
  readonly since?: string;

  @Instant({
    optional: true,
    description: 'Detected at this time or earlier: changes found later do not shift the pages.',
  })
  readonly until?: string;
}

@Shape()
export class ChangeList {
  @ListOf(() => RecordedChange)
  readonly data!: readonly RecordedChange[];

  @WholeNumber({ description: 'Counted up to 10,000.' })
  readonly total!: number;

  @Flag({ optional: true, description: 'False when there are more than `total`.' })
  readonly totalIsExact?: boolean;

  @Text({ optional: true, description: 'For `after`; absent at the end of the list.' })
  readonly next?: string;

  @WholeNumber({ min: -1, description: 'The log position up to which the list is true.' })
  readonly asOf!: number;

  @Text({ optional: true, description: 'Why the list is not complete or not current, if so.' })
  readonly degraded?: string;
}

@Shape()
export class GetChange extends ConnectionRef {
  @Id()
  readonly id!: string;
}

/** Changes between two normalized documents by the current rules, most severe first; nothing is recorded. */
@Shape()
export class FindChanges extends ChangeFilter {
  @Text(blob)
  readonly before!: string;

  @Text(blob)
  readonly after!: string;
}

@Shape()
export class FoundChanges {
  @ListOf(() => ChangeSummary)
  readonly data!: readonly ChangeSummary[];

  @WholeNumber()
  readonly total!: number;

  @Nested(() => BySeverity, { description: 'Of all changes that are not ignored, regardless of the filter.' })
  readonly bySeverity!: BySeverity;

  @WholeNumber({ description: 'How many of all are ignored.' })
  readonly ignored!: number;
}
