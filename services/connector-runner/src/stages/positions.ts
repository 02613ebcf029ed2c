import type { WritePosition } from '@tidemark/connector-sdk';
import type { DestinationSettings } from '@tidemark/contracts';
import type { StageContext } from '@tidemark/pipelines';
import { ExternalError } from '@tidemark/resilience';

type Context = Pick<StageContext, 'job' | 'open' | 'signal'>;

/** The name under which a destination keeps how far an object of the connection was written to it. */
export const streamOf = (
  { job }: { readonly job: Pick<Context['job'], 'connectionId'> },
  { name }: DestinationSettings,
  object: string,
): string => `${job.connectionId}/${name}/${object}`;

/** The object of the destination that an object of the source is written to. */
export const targetOf = ({ object: target = '{object}' }: DestinationSettings, object: string): string =>
  target.replaceAll('{object}', object);

/**
 * The last batch that a destination has committed of an object; null: none. Undefined: it keeps no positions, or cannot be
 * asked, which is reported when it is written to.
 */
export async function positionIn(
  context: Context,
  settings: DestinationSettings,
  object: string,
): Promise<WritePosition | null | undefined> {
  try {
    const destination = await context.open.destination(settings.name);
    const found = await destination.position?.(
      targetOf(settings, object),
      streamOf(context, settings, object),
      context.signal,
    );
    return found === 'unknown' ? undefined : found;
  } catch (error) {
    context.signal.throwIfAborted();
    if (error instanceof ExternalError) return undefined;
    throw error;
  }
}
