/** Where something stands in a text: both count from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/**
 * The text cannot be used as an API description. `reason` is a clause without the place; `message` has
 * the source (when it was given), the place and the reason, ready to show.
 */
export class ParseError extends Error {
  override readonly name = 'ParseError';

  constructor(
    readonly reason: string,
    readonly line: number = 1,
    readonly column: number = 1,
    readonly source?: string,
    options?: ErrorOptions,
  ) {
    super(`${source === undefined ? '' : `${source}:`}${line}:${column}: ${reason}`, options);
  }
}

export const tooDeep = (maxDepth: number): string => `values are nested more than ${maxDepth} deep`;

/** Line and column of an offset in a text. */
export const positionAt = (text: string, offset: number): Position => {
  let line = 1;
  let start = 0;
  for (let end = text.indexOf('\n'); end !== -1 && end < offset; end = text.indexOf('\n', start)) {
    line++;
    start = end + 1;
  }
  return { line, column: offset - start + 1 };
};

/** Finds line and column of many offsets in one text. */
export const lineFinder = (text: string): ((offset: number) => Position) => {
  const starts = [0];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return (offset) => {
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((starts[middle] as number) <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - (starts[low] as number) + 1 };
  };
};
