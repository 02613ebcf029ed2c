import type { FieldType } from '../fields/field-type.js';
import type { Shape } from '../fields/shape.js';
import type { ErrorCode } from '../shapes/error.js';
import { command } from '../subjects.js';

/** One request that a service answers. */
export interface Verb<Input extends object = object, Output = unknown> {
  /** The last token of its subject. */
  readonly name: string;
  readonly subject: string;
  readonly input: Shape<Input>;
  readonly output: FieldType<Output>;
  /** How fields that the input does not have are treated. */
  readonly unknown: 'refuse' | 'ignore';
  /** Besides VALIDATION_FAILED, INTERNAL and the codes of unavailable parts, which any service may return. */
  readonly errors: readonly ErrorCode[];
  readonly summary: string;
  readonly description?: string;
}

/** The verbs of a service, by name. */
export type Verbs = { readonly [name: string]: Verb };

export type InputOf<V extends Verb> = V extends Verb<infer Input> ? Input : never;
export type OutputOf<V extends Verb> = V extends Verb<infer _Input, infer Output> ? Output : never;

/** A function for each verb of a service. */
export type Handlers<V extends Verbs, Context> = {
  readonly [Name in keyof V]: (
    input: InputOf<V[Name]>,
    context: Context,
  ) => OutputOf<V[Name]> | Promise<OutputOf<V[Name]>>;
};

interface VerbRow<Input extends object, Output> {
  readonly input: Shape<Input>;
  readonly output: FieldType<Output>;
  readonly summary: string;
  readonly description?: string;
  readonly errors?: readonly ErrorCode[];
  /**
   * `refuse` where a caller must learn that a field has no effect. Default `ignore`: requests between services may have
   * fields of a newer version.
   */
  readonly unknown?: Verb['unknown'];
}

type Row = Omit<Verb, 'name' | 'subject'>;

/** One row of a service's table. */
export const verb = <Input extends object, Output>({
  errors = [],
  unknown = 'ignore',
  ...row
}: VerbRow<Input, Output>) => ({
  errors,
  unknown,
  ...row,
});

/** The table of a service's verbs; adds each row's name and subject. */
export function verbsOf<Rows extends { readonly [name: string]: Row }>(service: string, rows: Rows) {
  const named = Object.entries(rows).map(([name, row]) => [name, { ...row, name, subject: command(service, name) }]);
  return Object.fromEntries(named) as { readonly [Name in keyof Rows]: Rows[Name] & Pick<Verb, 'name' | 'subject'> };
}
