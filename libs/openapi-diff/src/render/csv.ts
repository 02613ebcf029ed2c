import { operationsOf, operationText, type Change } from '../change.js';

const COLUMNS = ['severity', 'rule', 'operations', 'message', 'line before', 'line after', 'id'] as const;

/** A table for spreadsheets (RFC 4180), one row for each change. */
export const renderCsv = (changes: readonly Change[]): string => {
  const rows = changes.map((change) => {
    const { severity, rule, message, line, id } = change;
    const operations = operationsOf(change).map(operationText).join('\n');
    return [severity, rule, operations, message, line?.before ?? '', line?.after ?? '', id];
  });
  return [COLUMNS, ...rows].map((row) => `${row.map(cell).join(',')}\r\n`).join('');
};

/** What a spreadsheet would take for a formula is made text. */
const cell = (value: string | number): string => {
  const text = typeof value === 'string' && /^[=+\-@\t\r]/.test(value) ? `'${value}` : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};
