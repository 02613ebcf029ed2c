import { connect } from 'nats';
import { SqliteEventStore } from '@tidemark/event-store';
import { randomNamespace, startTcpProxy, temporaryFolder } from '@tidemark/test-kit';
import { NatsBroker } from '../nats/nats-broker.js';
import type { BrokerWorld } from './world.js';

/** A namespace of its own on the server at `url`, reached through a proxy that `interrupt` cuts. */
export async function openNatsWorld(url: string): Promise<BrokerWorld> {
  const folder = await temporaryFolder();
  const proxy = await startTcpProxy(url);
  const namespace = randomNamespace();
  const log = new SqliteEventStore(folder.join('events.db'));
  const errors: Error[] = [];
  const open = () => NatsBroker.connect([proxy.url(url)], { namespace, onError: (error) => errors.push(error) });
  let broker = await open();
  return {
    log,
    errors,
    get broker() {
      return broker;
    },
    async restart() {
      await broker.close();
      broker = await open();
    },
    async interrupt() {
      proxy.cut();
      await new Promise((resolve) => setTimeout(resolve, 300)); // long enough for clients to notice and fail to dial
      proxy.pass();
      return false;
    },
    async close() {
      await broker.close();
      await log.close();
      await proxy.close();
      await folder.remove();
      await dropNamespace(url, namespace);
    },
  };
}

/** Deletes the streams and buckets of a namespace. */
export async function dropNamespace(url: string, namespace: string): Promise<void> {
  const nc = await connect({ servers: url });
  const jsm = await nc.jetstreamManager();
  for await (const name of jsm.streams.names()) {
    if (name.startsWith(`${namespace}_`) || name === `KV_${namespace}_RELAY`) await jsm.streams.delete(name);
  }
  await nc.close();
}
