/** A field of a row that cannot be made. The message never quotes the value. */
export class Refusal extends Error {
  constructor(
    /** Upper snake case. */
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}
