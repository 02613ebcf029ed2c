import { Instant, Shape, Text, WholeNumber } from '../fields/decorators.js';

/** A snapshot of a dependency, as callers see it. */
@Shape()
export class Snapshot {
  @Text()
  readonly id!: string;

  @Text()
  readonly connectionId!: string;

  @Text()
  readonly jobId!: string;

  @Text({ nullable: true, description: 'The previous snapshot; null for the baseline.' })
  readonly previousId!: string | null;

  @Text({ description: 'Hash of the normalized content.' })
  readonly contentHash!: string;

  @Text({ description: 'The document as it was fetched.' })
  readonly rawBlob!: string;

  @Text({ description: 'The normalized document.' })
  readonly canonicalBlob!: string;

  @WholeNumber({ description: 'Of the document as it was fetched.' })
  readonly bytes!: number;

  @Text({ example: 'Billing API' })
  readonly title!: string;

  @Text({ example: '1.4.0' })
  readonly apiVersion!: string;

  @Text({ example: '3.1.0' })
  readonly specVersion!: string;

  @Text({ example: 'json' })
  readonly format!: string;

  @WholeNumber({ description: 'How many operations the API has.' })
  readonly operations!: number;

  @Instant()
  readonly takenAt!: string;
}

export type SnapshotView = Snapshot;
