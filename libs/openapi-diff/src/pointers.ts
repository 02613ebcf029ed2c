import type { Both } from './both.js';
import { isObject, own, type Json } from './json.js';

/** One step of a JSON pointer (RFC 6901), escaped. */
export const escapePointer = (segment: string): string =>
  segment.includes('~') || segment.includes('/') ? segment.replaceAll('~', '~0').replaceAll('/', '~1') : segment;

/** The pointer of the given steps. */
export const joinPointer = (segments: readonly string[]): string =>
  segments.map((segment) => `/${escapePointer(segment)}`).join('');

/** The pointer of a part of what another pointer leads to. */
export const child = (pointer: string, ...segments: readonly string[]): string => pointer + joinPointer(segments);

/** The same on both sides. */
export const inside = (pointer: Both<string>, ...segments: readonly string[]): Both<string> => ({
  before: child(pointer.before, ...segments),
  after: child(pointer.after, ...segments),
});

export const unescapePointer = (segment: string): string => segment.replaceAll('~1', '/').replaceAll('~0', '~');

/** The steps of a JSON pointer; a leading `#` and percent-encoding are accepted. */
export const pointerSegments = (pointer: string): string[] => {
  let text = pointer;
  if (text.startsWith('#')) {
    text = text.slice(1);
    if (text.includes('%')) {
      try {
        text = decodeURIComponent(text);
      } catch {
        // a lone percent sign stands for itself
      }
    }
  }
  if (text === '' || text === '/') return text === '' ? [] : [''];
  return text.slice(1).split('/').map(unescapePointer);
};

/** The value at a JSON pointer, or undefined. */
export const valueAt = (document: Json, pointer: string): Json | undefined => {
  let current: Json | undefined = document;
  for (const segment of pointerSegments(pointer)) {
    if (Array.isArray(current)) current = /^\d+$/.test(segment) ? current[Number(segment)] : undefined;
    else if (isObject(current)) current = own(current, segment);
    else return undefined;
    if (current === undefined) return undefined;
  }
  return current;
};

/** The reference to a component. */
export const refTo = (section: string, name: string): string => `#${joinPointer(['components', section, name])}`;

/** The last step of a reference, as it is written. */
export const lastOfRef = (ref: string): string => ref.slice(ref.lastIndexOf('/') + 1);

/** The name of the component that a reference names. */
export const nameOfRef = (ref: string): string => unescapePointer(lastOfRef(ref));
