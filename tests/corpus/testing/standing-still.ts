import type { PortUrls } from '@tidemark/config';
import { differ } from '@tidemark/differ';
import { gateway } from '@tidemark/gateway';
import { jobCoordinator } from '@tidemark/job-coordinator';
import type { Broker, OutgoingMessage } from '@tidemark/messaging';
import { allPorts, createLogger, openAdapters, startService, type Adapters } from '@tidemark/platform';
import { FakeClock } from '@tidemark/test-kit';
import { testSettings } from '../../installations/settings.js';
import { about } from './recorded.js';

/** An installation at the moment of the recording: all services answer, time stands still, and no work is consumed. */
export interface StandingStill {
  readonly adapters: Adapters;
  readonly url: string;
  /** The messages that the relays published, by id. */
  readonly relayed: ReadonlyMap<string, OutgoingMessage>;
  readonly errors: readonly unknown[];
  stop(): Promise<void>;
}

export async function startStandingStill(urls: PortUrls, namespace = 'tidemark'): Promise<StandingStill> {
  const errors: unknown[] = [];
  const note = (error: unknown) => void errors.push(error);
  const logger = { ...createLogger('corpus', 'silent'), error: note };
  const opened = await openAdapters(allPorts, { urls, namespace, onError: note });
  const relayed = new Map<string, OutgoingMessage>();
  const adapters: Adapters = { ...opened, broker: withoutRunners(opened.broker, relayed) };
  const clock = new FakeClock(about.recordedAt) as never;
  const edge = await startService(gateway, adapters, testSettings, logger);
  const services = [
    edge,
    await startService(differ, adapters, testSettings, logger),
    await startService(jobCoordinator, adapters, testSettings, logger, { clock }),
  ];
  return {
    adapters: opened,
    url: edge.exposed.httpUrl,
    relayed,
    errors,
    async stop() {
      for (const service of services) await service.stop();
      await opened.close();
    },
  };
}

const withoutRunners = (broker: Broker, relayed: Map<string, OutgoingMessage>): Broker => ({
  deadLetters: broker.deadLetters,
  publish: (message) => broker.publish(message),
  request: (subject, data, options) => broker.request(subject, data, options),
  serve: (subject, handler) => broker.serve(subject, handler),
  broadcast: (subject, data, headers) => broker.broadcast(subject, data, headers),
  listen: (subject, handler) => broker.listen(subject, handler),
  consume: async (options, handler) =>
    /\.work\.(differ|connector-runner)\./.test(options.subject)
      ? { stop: () => Promise.resolve() }
      : broker.consume(options, handler),
  relay: (options) =>
    broker.relay({
      ...options,
      map(event) {
        const messages = options.map(event);
        for (const message of messages) relayed.set(message.id, message);
        return messages;
      },
    }),
  ping: () => broker.ping(),
  close: () => broker.close(),
});
