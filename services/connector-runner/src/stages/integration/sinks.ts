import { type IntegrationPipeline, type StageContext } from '@tidemark/pipelines';
import { DestinationSink } from './destination-sink.js';
import type { Sink } from './sink.js';

/** Opens every destination of the connection. @throws ExternalError */
export const openSinks = ({ destinations, open, job }: StageContext<IntegrationPipeline>): Promise<readonly Sink[]> =>
  Promise.all(
    destinations.map(async (settings) => new DestinationSink(await open.destination(settings.name), settings, job.id)),
  );
