/** The same part of both descriptions. */
export interface Both<T> {
  readonly before: T;
  readonly after: T;
}

/** The sides that are defined. */
export const given = <T>({ before, after }: Both<T | undefined>): Partial<Both<T>> => ({
  ...(before !== undefined && { before }),
  ...(after !== undefined && { after }),
});

/** The sides of `both` where `stated` is defined. */
export const where = <T>(both: Both<T>, stated: Both<unknown>): Partial<Both<T>> => ({
  ...(stated.before !== undefined && { before: both.before }),
  ...(stated.after !== undefined && { after: both.after }),
});
