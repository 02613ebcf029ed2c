import { cut, pad, plain, widthOf } from './text.js';
import type { Color, Paint } from './style.js';

export interface Column<Row> {
  readonly title: string;
  readonly value: (row: Row) => string;
  readonly color?: (row: Row) => Color | null;
  /** An id: shortened on a narrow terminal to a prefix, which commands accept. */
  readonly id?: boolean;
  /** Text that may be truncated to make the table fit. */
  readonly flexible?: boolean;
}

export interface TableOptions {
  readonly paint: Paint;
  /** Columns of the terminal; null: no terminal, nothing is truncated. */
  readonly width: number | null;
}

const GAP = 2;
const MIN_WIDTH = 8;
/** Characters of an id that include its timestamp and some random bits. */
const SHORT_ID = 18;

/** Rows under titles, fitted to the width: ids are shortened first, then flexible columns, widest first. */
export function table<Row>(rows: readonly Row[], columns: readonly Column<Row>[], options: TableOptions): string {
  const { paint, width } = options;
  let cells = rows.map((row) => columns.map((column) => plain(column.value(row))));
  let widths = widthsOf(columns, cells);
  if (width !== null && total(widths) > width) {
    cells = cells.map((row) => row.map((text, at) => (columns[at]!.id ? text.slice(0, SHORT_ID) : text)));
    widths = narrowed(columns, widthsOf(columns, cells), width);
  }
  const line = (texts: readonly string[], color: (at: number) => Color | null) =>
    texts
      .map((text, at) => paint(color(at), pad(cut(text, widths[at]!), at === texts.length - 1 ? 0 : widths[at]!)))
      .join(' '.repeat(GAP))
      .trimEnd();
  return [
    line(
      columns.map(({ title }) => title),
      () => 'dim',
    ),
    ...cells.map((texts, row) => line(texts, (at) => columns[at]!.color?.(rows[row]!) ?? null)),
  ].join('\n');
}

const widthsOf = <Row>(columns: readonly Column<Row>[], cells: readonly (readonly string[])[]): number[] =>
  columns.map(({ title }, at) => Math.max(widthOf(title), ...cells.map((row) => widthOf(row[at]!))));

const total = (widths: readonly number[]) => widths.reduce((sum, width) => sum + width + GAP, -GAP);

/** Shrinks the widest flexible column until the table fits; when all are narrow, the widest of any. */
function narrowed<Row>(columns: readonly Column<Row>[], widths: readonly number[], width: number): number[] {
  const result = [...widths];
  const widest = (least: number, among: (column: Column<Row>) => boolean) =>
    columns
      .flatMap((column, at) => (among(column) && result[at]! > least ? [at] : []))
      .sort((a, b) => result[b]! - result[a]!)[0];
  for (let excess = total(result) - width; excess > 0; excess--) {
    const at = widest(MIN_WIDTH, ({ flexible }) => flexible === true) ?? widest(1, () => true);
    if (at === undefined) break;
    result[at]!--;
  }
  return result;
}

/** A name, its value, and the value's colour. Null values are omitted. */
export type Field = readonly [name: string, value: string | null, color?: Color | null];

/** Names and values, one pair per line. */
export function fields(entries: readonly Field[], paint: Paint): string {
  const shown = entries.filter(([, value]) => value !== null);
  const width = Math.max(0, ...shown.map(([name]) => widthOf(name)));
  return shown
    .map(([name, value, color]) => `${paint('dim', pad(name, width))}  ${paint(color ?? null, plain(value!))}`)
    .join('\n');
}
