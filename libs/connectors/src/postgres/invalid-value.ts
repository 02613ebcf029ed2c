/** A value that is invalid for its column, detected before it is sent. */
export class InvalidValue extends Error {
  override readonly name = 'InvalidValue';
}
