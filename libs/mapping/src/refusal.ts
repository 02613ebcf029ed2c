const codes = [
  'CAST_FAILED',
  'EXPRESSION_FAILED',
  'RECORD_TOO_DEEP',
  'REQUIRED_FIELD_MISSING',
  'TEMPLATE_FAILED',
] as const;
export type RefusalCode = (typeof codes)[number];

/** Whether a mapping refuses rows with this code: what there is of such a row is not whole. */
export const isRefusalCode = (code: string): code is RefusalCode => (codes as readonly string[]).includes(code);

/** A field of a row that cannot be made. The message never quotes the value. */
export class Refusal extends Error {
  constructor(
    readonly code: RefusalCode,
    message: string,
  ) {
    super(message);
  }
}
