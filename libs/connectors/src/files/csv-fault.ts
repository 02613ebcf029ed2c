import type { Spot } from './file-errors.js';
import type { CsvDialect } from './files.config.js';
import type { FileBytes, FilePosition } from './rows.js';

const [LF, CR] = [0x0a, 0x0d];

/**
 * The position at which rows stop being valid CSV: an unclosed quote, a quote inside a field, text after a closing quote,
 * or a row that is too long. The parser reports only that there is a fault, and roughly where; null when there is none.
 */
export async function csvFault(
  file: FileBytes,
  config: CsvDialect,
  from: FilePosition,
  maxRowBytes: number,
): Promise<Spot | null> {
  const [delimiter, quote] = [
    config.delimiter.charCodeAt(0),
    config.quoting === 'none' ? -1 : config.quote.charCodeAt(0),
  ];
  const escape = config.escape === undefined ? quote : config.escape.charCodeAt(0);
  const isLoose = config.quoting === 'loose';
  let escaped = false;
  let { byte, line } = from;
  let row: Spot = { byte, line };
  let opened = row;
  let previous = 0;
  let at: 'field' | 'plain' | 'quoted' | 'closed' = 'field';
  for await (const chunk of file.from(from.byte))
    for (const value of chunk) {
      const endsLine = value === LF || value === CR;
      if (at === 'quoted') {
        if (value === quote && !escaped) at = 'closed';
        escaped = escape !== quote && value === escape && !escaped;
      } else if (value === quote) {
        if (at === 'plain' && !isLoose) return { byte, line };
        // Behind a closing quote it is a doubled one.
        if (at === 'closed' && escape !== quote && !isLoose) return { byte, line };
        if (at === 'field') opened = { byte, line };
        if (at !== 'plain') at = 'quoted';
      } else if (value === delimiter || endsLine) at = 'field';
      else if (at === 'closed' && !isLoose) return { byte, line };
      else at = 'plain';
      byte++;
      if (value === CR || (value === LF && previous !== CR)) line++;
      if (at === 'field' && endsLine) row = { byte, line };
      else if (byte - row.byte > maxRowBytes) return row;
      previous = value;
    }
  return at === 'quoted' ? opened : null;
}
