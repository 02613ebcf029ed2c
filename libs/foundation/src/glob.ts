/**
 * Whether a whole text fits a pattern: `*` stands for any characters, and with `question` a `?` for one. Linear in the
 * text, whatever the pattern: each piece between stars is found once, at its first place.
 */
export const globOf = (pattern: string, { question = false } = {}): ((text: string) => boolean) => {
  const pieces = pattern.split('*').map((piece) => pieceOf(piece, question));
  const [first, last] = [pieces[0]!, pieces.at(-1)!];
  const between = pieces.slice(1, -1);
  if (pieces.length === 1) return (text) => text.length === first.length && first.isAt(text, 0);
  return (text) => {
    const end = text.length - last.length;
    if (end < first.length || !first.isAt(text, 0) || !last.isAt(text, end)) return false;
    let at = first.length;
    for (const piece of between) {
      const found = piece.find(text, at, end);
      if (found === -1) return false;
      at = found + piece.length;
    }
    return at <= end;
  };
};

interface Piece {
  readonly length: number;
  isAt(text: string, at: number): boolean;
  /** Where it first is from there on, wholly before the end; -1 when nowhere. */
  find(text: string, from: number, end: number): number;
}

const pieceOf = (piece: string, question: boolean): Piece => {
  const { length } = piece;
  if (!question || !piece.includes('?'))
    return {
      length,
      isAt: (text, at) => text.startsWith(piece, at),
      find: (text, from, end) => {
        const found = text.indexOf(piece, from);
        return found === -1 || found + length > end ? -1 : found;
      },
    };
  const isAt = (text: string, at: number): boolean => {
    for (let index = 0; index < length; index++)
      if (piece[index] !== '?' && piece[index] !== text[at + index]) return false;
    return true;
  };
  return {
    length,
    isAt,
    find: (text, from, end) => {
      for (let at = from; at + length <= end; at++) if (isAt(text, at)) return at;
      return -1;
    },
  };
};
