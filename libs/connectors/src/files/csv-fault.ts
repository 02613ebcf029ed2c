import type { Spot } from './file-errors.js';
import type { CsvConfig } from './files.config.js';
import type { FileBytes, FilePosition } from './rows.js';

const [LF, CR] = [0x0a, 0x0d];

/**
 * The position at which rows stop being valid CSV: an unclosed quote, a quote inside a field, text after a closing quote,
 * or a row that is too long. The parser reports only that there is a fault, and roughly where; null when there is none.
 */
export async function csvFault(
  file: FileBytes,
  config: Pick<CsvConfig, 'delimiter' | 'quote'>,
  from: FilePosition,
  maxRowBytes: number,
): Promise<Spot | null> {
  const [delimiter, quote] = [config.delimiter.charCodeAt(0), config.quote.charCodeAt(0)];
  let { byte, line } = from;
  let row: Spot = { byte, line };
  let opened = row;
  let previous = 0;
  let at: 'field' | 'plain' | 'quoted' | 'closed' = 'field';
  for await (const chunk of file.from(from.byte))
    for (const value of chunk) {
      const endsLine = value === LF || value === CR;
      if (at === 'quoted') {
        if (value === quote) at = 'closed';
      } else if (value === quote) {
        if (at === 'plain') return { byte, line };
        if (at === 'field') opened = { byte, line };
        at = 'quoted';
      } else if (value === delimiter || endsLine) at = 'field';
      else if (at === 'closed') return { byte, line };
      else at = 'plain';
      byte++;
      if (value === CR || (value === LF && previous !== CR)) line++;
      if (at === 'field' && endsLine) row = { byte, line };
      else if (byte - row.byte > maxRowBytes) return row;
      previous = value;
    }
  return at === 'quoted' ? opened : null;
}
