import type { WritePosition } from '@tidemark/connector-sdk';
import type { Cursor } from '@tidemark/contracts';
import type { IntegrationPipeline, ObjectCursor, ObjectStart, StageContext } from '@tidemark/pipelines';
import { positionIn } from '../positions.js';

type Context = StageContext<IntegrationPipeline>;
type Numbers = NonNullable<ObjectCursor['positions']>;

/** Where destinations have got, beside what the last jobs wrote; one that is behind it was restored from a copy. */
export async function withPositions(
  context: Context,
  start: ObjectStart,
  known: ObjectCursor | undefined,
): Promise<ObjectStart> {
  // A sample neither moves the cursor nor the positions.
  if (context.parameters.limit !== undefined) return start;
  const positions: { [destination: string]: number } = {};
  const restored: { readonly name: string; readonly position: WritePosition | null }[] = [];
  for (const settings of context.destinations) {
    const { name } = settings;
    const position = await positionIn(context, settings, start.object);
    if (position === undefined) continue;
    const before = known?.positions?.[name] ?? 0;
    const number = position?.number ?? 0;
    if (number < before) restored.push({ name, position });
    // Numbers of what was lost are not used again.
    positions[name] = Math.max(number, before);
  }
  if (Object.keys(positions).length === 0) return start;
  if (restored.length === 0 || start.from === 'beginning') return { ...start, positions };
  const { since: _, ...rest } = start;
  const reason = `destination ${restored[0]!.name} has an older state than the last job left: it was restored from a copy`;
  // Positions of several destinations cannot be compared: the source's beginning is before both.
  const cursor = restored.length === 1 ? restored[0]!.position?.cursor : undefined;
  return cursor
    ? { ...rest, from: 'cursor', reason, cursor: cursor as Cursor, positions }
    : { ...rest, from: 'beginning', reason, positions };
}

/** What `finalize` commits: where the destinations have got now. */
export async function positionsAfter(
  context: Context,
  { object, positions }: ObjectStart,
  known: ObjectCursor | undefined,
): Promise<{ readonly positions?: Numbers }> {
  const after: { [destination: string]: number } = { ...known?.positions, ...positions };
  for (const settings of context.destinations) {
    const before = positions?.[settings.name];
    if (before === undefined) continue;
    const position = await positionIn(context, settings, object);
    after[settings.name] = Math.max(before, position?.number ?? 0);
  }
  return Object.keys(after).length > 0 ? { positions: after } : {};
}
