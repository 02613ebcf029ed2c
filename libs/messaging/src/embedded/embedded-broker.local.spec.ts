import { SqliteEventStore } from '@tidemark/event-store';
import { temporaryFolder } from '@tidemark/test-kit';
import { brokerConformance, type BrokerWorld } from '../testing/index.js';
import { EmbeddedBroker } from './embedded-broker.js';

async function openWorld(): Promise<BrokerWorld> {
  const folder = await temporaryFolder();
  const openLog = () => new SqliteEventStore(folder.join('events.db'));
  const errors: Error[] = [];
  const openBroker = () => new EmbeddedBroker(log, { onError: (error) => errors.push(error) });
  let log = openLog();
  let broker = openBroker();
  return {
    errors,
    get broker() {
      return broker;
    },
    get log() {
      return log;
    },
    async restart() {
      await broker.close();
      await log.close();
      log = openLog();
      broker = openBroker();
    },
    async interrupt() {
      const old = broker;
      await log.close();
      log = openLog();
      broker = openBroker();
      await old.close();
      return true;
    },
    async close() {
      await broker.close();
      await log.close();
      await folder.remove();
    },
  };
}

brokerConformance('EmbeddedBroker', openWorld);
