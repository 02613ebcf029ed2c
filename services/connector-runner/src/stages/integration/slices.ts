import type { ObjectStart } from '@tidemark/pipelines';

export interface Slicing {
  readonly window: { readonly from: string; readonly to: string };
  readonly slices?: number;
  readonly order?: 'newest' | 'oldest';
}

export const DEFAULT_SLICES = 4;

/**
 * The window of an object in slices of the same length, to the millisecond; together they are the whole window. The
 * names stay the same whatever the order.
 */
export function slicesOf(
  object: string,
  { window, slices = DEFAULT_SLICES, order = 'newest' }: Slicing,
): ObjectStart[] {
  const [from, to] = [Date.parse(window.from), Date.parse(window.to)];
  const count = Math.max(1, Math.min(slices, to - from));
  const edge = (index: number) => new Date(from + Math.floor(((to - from) * index) / count)).toISOString();
  const all = Array.from({ length: count }, (_, index) => ({
    object,
    part: `${object}#${index}`,
    from: 'window' as const,
    window: { from: edge(index), to: edge(index + 1) },
  }));
  return order === 'newest' ? all.reverse() : all;
}
