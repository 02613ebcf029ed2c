import { unresolvedReferences, type ParsedDocument } from '@tidemark/openapi-diff';

/** Maximum number of references listed in a note. */
const MOST = 3;

/** A warning that parts of a description are not compared, because its references lead nowhere. Undefined when none do. */
export function unreadNote(parsed: ParsedDocument): string | undefined {
  const unresolved = unresolvedReferences(parsed);
  if (unresolved.length === 0) return undefined;
  const documents = new Set(unresolved.filter((ref) => !ref.startsWith('#')).map((ref) => ref.split('#')[0]!));
  const missing = unresolved.filter((ref) => ref.startsWith('#'));
  const parts = [
    ...(documents.size > 0 ? [`refers to ${count(documents.size, 'other document')}: ${listed([...documents])}`] : []),
    ...(missing.length > 0
      ? [`has ${count(missing.length, 'reference')} to what does not exist: ${listed(missing)}`]
      : []),
  ];
  return `${parsed.source}: not everything is compared; it ${parts.join('; it ')}`;
}

const count = (number: number, what: string) => `${number} ${what}${number === 1 ? '' : 's'}`;

const listed = (names: readonly string[]) => names.slice(0, MOST).join(', ') + (names.length > MOST ? ', …' : '');
