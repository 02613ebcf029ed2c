import pg from 'pg';

/** A name as SQL writes it, its case kept. */
export const quoted = (name: string): string => pg.escapeIdentifier(name);

/** Text as a literal of SQL. */
export const literal = (text: string): string => pg.escapeLiteral(text);

/** A list of names, each quoted, behind an optional alias: `t."a", t."b"`. */
export const columnList = (names: readonly string[], alias?: string): string =>
  names.map((name) => (alias === undefined ? quoted(name) : `${alias}.${quoted(name)}`)).join(', ');
