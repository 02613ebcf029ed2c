/** What a sentence is filled with; all of it is text. */
export interface Texts {
  readonly before?: string;
  readonly after?: string;
  readonly name?: string | undefined;
  readonly operation?: string;
}

/** Fills the placeholders of a sentence; `{of}` is the name as ` for "name"`, or left out. */
export const fill = (template: string, texts: Texts): string =>
  template.replace(/\{(before|after|name|of|operation)\}/g, (_, key: keyof Texts | 'of') => {
    if (key === 'of') return texts.name === undefined ? '' : ` for "${texts.name}"`;
    // What came or went has one side only.
    return texts[key] || (key === 'before' || key === 'after' ? 'nothing' : '');
  });

/** A sentence starts with a capital and ends with a full stop. */
export const sentence = (text: string): string => {
  const trimmed = text.trim().replaceAll(/\s+/g, ' ');
  const capital = trimmed.charAt(0).toUpperCase() + trimmed.slice(1);
  return capital.endsWith('.') ? capital : `${capital}.`;
};
