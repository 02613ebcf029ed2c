import { errorCodes, type ErrorCode, type ErrorDetails, type FieldProblem } from './shapes/error.js';

/** What is wrong with a part of an input, whose caller knows the path to it. */
export interface FieldFault {
  /** Within the part; empty: the part itself. */
  readonly field: string;
  /** The end of a sentence that begins with the field's name. */
  readonly message: string;
}

/** `says`: the end of a sentence that begins with the field's name. */
export const problem = (field: string, says: string): FieldProblem => ({ field, message: `\`${field}\` ${says}` });

/** An error that a caller is meant to see. */
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
