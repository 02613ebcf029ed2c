import { errorCodes, type ErrorCode, type ErrorDetails, type FieldProblem } from './shapes/error.js';

/** A problem with part of an input; the caller knows the path to that part. */
export interface FieldFault {
  /** Within the part; empty: the part itself. */
  readonly field: string;
  /** The end of a sentence that begins with the field's name. */
  readonly message: string;
}

/** `says`: the end of a sentence that begins with the field's name. */
export const problem = (field: string, says: string): FieldProblem => ({ field, message: `\`${field}\` ${says}` });

/** An error that is shown to the caller. */
export class TidemarkError extends Error {
  override readonly name = 'TidemarkError';
  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly details: ErrorDetails = {},
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** The error that names the fields at fault. */
export const invalid = (fields: readonly FieldProblem[], options?: ErrorOptions): TidemarkError =>
  new TidemarkError('VALIDATION_FAILED', fields.map(({ message }) => message).join('; '), { fields }, options);

export const isErrorCode = (code: unknown): code is ErrorCode => errorCodes.includes(code as ErrorCode);
