/** Something that happened. Times (`at`, `…At`) are milliseconds since the epoch. */
export interface Fact<Type extends string, Data> {
  readonly type: Type;
  readonly data: Data & { readonly at: number };
}
