import type { Both } from '../both.js';
import { isObject, type Json } from '../json.js';
import { lastOfRef } from '../pointers.js';

/** What a sentence is filled with; all of it is text. */
export interface Texts extends Partial<Both<string>> {
  readonly name?: string | undefined;
  readonly operation?: string;
}

/** Fills the placeholders of a sentence; `{of}` is the name as ` for "name"`, or left out. */
export const fill = (template: string, texts: Texts): string =>
  template.replace(/\{(before|after|name|of|operation)\}/g, (_, key: keyof Texts | 'of') => {
    if (key === 'of') return texts.name === undefined ? '' : ` for "${texts.name}"`;
    // What was added or removed has one side only.
    return texts[key] || (key === 'before' || key === 'after' ? 'nothing' : '');
  });

/** A sentence starts with a capital and ends with a full stop. */
export const sentence = (text: string): string => {
  const trimmed = text.trim().replaceAll(/\s+/g, ' ');
  const capital = trimmed.charAt(0).toUpperCase() + trimmed.slice(1);
  return capital.endsWith('.') ? capital : `${capital}.`;
};

/** A value in a sentence: short, and on one line. */
export const brief = (value: Json | undefined): string => {
  if (value === undefined) return 'nothing';
  if (isObject(value)) {
    const { $ref, title, type } = value;
    if (typeof $ref === 'string') return lastOfRef($ref);
    if (typeof title === 'string') return `"${title}"`;
    return typeof type !== 'string' ? 'a schema' : type === 'object' ? 'an object' : `type ${type}`;
  }
  const text =
    typeof value === 'string'
      ? JSON.stringify(value)
      : Array.isArray(value)
        ? value.map(brief).join(', ')
        : String(value);
  return text.length > 120 ? `${text.slice(0, 117)}…` : text;
};
