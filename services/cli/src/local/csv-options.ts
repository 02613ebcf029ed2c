import { InvalidArgumentError, Option, type Command } from 'commander';
import type { ReadRowsOptions } from '@tidemark/connectors/rows';

/** How files of rows are read; what is absent is guessed, or the usual. */
export interface CsvOptions {
  readonly delimiter?: string;
  readonly quote?: string;
  readonly escape?: string;
  readonly quoting?: 'strict' | 'loose' | 'none';
  readonly encoding?: string;
  readonly null?: readonly string[];
  readonly types?: Readonly<Record<string, 'text' | 'number' | 'boolean' | 'json'>>;
}

export function csvOptions(command: Command): Command {
  const character = (flags: string, description: string) => new Option(flags, description).argParser(characterOf);
  return command
    .addOption(character('--delimiter <char>', 'CSV: between fields; \\t for tab (default: guessed from , ; tab |)'))
    .addOption(character('--quote <char>', 'CSV: around fields (default: ")'))
    .addOption(
      character('--escape <char>', 'CSV: before a quote in a field (default: guessed; the quote itself or \\)'),
    )
    .addOption(
      new Option('--quoting <kind>', 'CSV: loose takes misplaced quotes as text, none all (default: guessed)').choices([
        'strict',
        'loose',
        'none',
      ]),
    )
    .addOption(
      new Option('--encoding <name>', 'such as windows-1252 or utf-16le (default: guessed)').argParser(encodingOf),
    )
    .addOption(
      new Option('--null <text>', 'CSV: an unquoted text that is NULL; repeatable; "" for empty fields').argParser(
        (text: string, before: readonly string[] = []) => [...before, text],
      ),
    )
    .addOption(
      new Option(
        '--types <column=type,…>',
        'CSV: text, number, boolean or json; an empty field is then NULL',
      ).argParser(typesOf),
    );
}

/** The same for the reader of rows. */
export function dialectOf(options: CsvOptions): Pick<ReadRowsOptions, 'csv' | 'encoding'> {
  const { encoding, delimiter, quote, escape, quoting, null: nulls, types } = options;
  const csv = { delimiter, quote, escape, quoting, null: nulls, types };
  const given = Object.fromEntries(Object.entries(csv).filter(([, value]) => value !== undefined));
  return { csv: given, ...(encoding !== undefined && { encoding }) };
}

function characterOf(text: string): string {
  const character = text === '\\t' || text === 'tab' ? '\t' : text;
  if (!/^[\x09\x20-\x7e]$/.test(character)) throw new InvalidArgumentError('It must be one character, or \\t.');
  return character;
}

function encodingOf(text: string): string {
  try {
    return new TextDecoder(text).encoding;
  } catch {
    throw new InvalidArgumentError('It must be an encoding such as utf-8, utf-16le or windows-1252.');
  }
}

function typesOf(text: string, before: CsvOptions['types'] = {}): CsvOptions['types'] {
  const types = text.split(',').map((pair) => {
    const [, column = '', type = ''] = /^(.+)=(text|number|boolean|json)$/.exec(pair.trim()) ?? [];
    if (type === '') throw new InvalidArgumentError('It must be column=type; types: text, number, boolean, json.');
    return [column, type];
  });
  return { ...before, ...(Object.fromEntries(types) as CsvOptions['types']) };
}
