import pg from 'pg';

/** A quoted SQL identifier, case preserved. */
export const quoted = (name: string): string => pg.escapeIdentifier(name);

/** Text as an SQL literal. */
export const literal = (text: string): string => pg.escapeLiteral(text);

/** A list of names, each quoted, after an optional alias: `t."a", t."b"`. */
export const columnList = (names: readonly string[], alias?: string): string =>
  names.map((name) => (alias === undefined ? quoted(name) : `${alias}.${quoted(name)}`)).join(', ');
