/** `{{name}}` in a request, or `{{parent.field}}`. */
export const PLACEHOLDER = /\{\{\s*([a-z]+(?:\.\w+)*)\s*\}\}/g;

export const namesIn = (text: string): string[] => [...text.matchAll(PLACEHOLDER)].map(([, name]) => name!);

/** Whether a request has this placeholder anywhere. */
export const mentions = (request: unknown, name: string): boolean => namesIn(JSON.stringify(request)).includes(name);
