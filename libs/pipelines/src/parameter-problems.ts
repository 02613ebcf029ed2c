import type { FieldFault, JobType } from '@tidemark/contracts';

type Parameters = { readonly [name: string]: unknown };

/** A check that a job of each type has no other parameters than those; a backfill needs its window. */
export const parameterProblems =
  (known: { readonly [Type in JobType]?: readonly string[] }) =>
  (parameters: Parameters, type: JobType): readonly FieldFault[] => {
    const names = known[type] ?? [];
    const message =
      names.length > 0
        ? `is not known in a job of type ${type}; it takes ${names.join(', ')}`
        : `is not known in a job of type ${type}`;
    const unknown = Object.keys(parameters).filter((name) => !names.includes(name));
    const missing = type === 'backfill' && parameters['window'] === undefined;
    return [
      ...unknown.map((field) => ({ field, message })),
      ...(parameters['only'] !== undefined && parameters['rows'] === undefined
        ? [{ field: 'only', message: 'needs `rows`: "failed"' }]
        : []),
      ...(missing ? [{ field: 'window', message: 'is required: {"from", "to"}' }] : []),
    ];
  };
