import { ListOf, Nested, OneOf, Shape, Text } from '../fields/decorators.js';
import { IgnoreRule } from './ignore-rules.js';

export const reportFormats = ['html', 'markdown', 'text', 'json'] as const;
export type ReportFormat = (typeof reportFormats)[number];

/** A field that names a blob. */
export const blob = {
  pattern: /^sha256:[0-9a-f]{64}$/,
  description: 'Names the content of a blob by its hash.',
} as const;

@Shape()
export class CompareSnapshots {
  @Text({ optional: true, description: 'Whose share of the processing time it takes.' })
  readonly tenant?: string;

  @Text(blob)
  readonly before!: string;

  @Text(blob)
  readonly after!: string;
}

@Shape()
export class Comparison {
  @Text({ description: 'Blob of JSON: the changes found, most severe first.' })
  readonly changesBlob!: string;
}

/** The titles of a report and of its two sides. */
@Shape()
export class ReportNames {
  @Text() readonly title!: string;
  @Text() readonly before!: string;
  @Text() readonly after!: string;
}

@Shape()
export class RenderComparison extends CompareSnapshots {
  @OneOf(reportFormats)
  readonly format!: ReportFormat;

  @ListOf(() => IgnoreRule, { description: 'Changes that match are left out.' })
  readonly ignore!: readonly IgnoreRule[];

  @Nested(() => ReportNames)
  readonly names!: ReportNames;
}

@Shape()
export class RenderedComparison {
  @Text(blob)
  readonly reportBlob!: string;
}
