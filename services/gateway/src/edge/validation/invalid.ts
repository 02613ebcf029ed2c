import { TidemarkError, type FieldProblem } from '@tidemark/contracts';

/** The error that names the fields at fault. */
export function invalid(fields: readonly FieldProblem[]): TidemarkError {
  const text = fields.map(({ field, message }) => `${field} ${message}`).join('; ');
  return new TidemarkError('VALIDATION_FAILED', text, { fields });
}
