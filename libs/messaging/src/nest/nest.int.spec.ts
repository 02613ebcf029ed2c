import { describe } from '@jest/globals';
import { randomNamespace } from '@tidemark/test-kit';
import { NatsBroker } from '../nats/nats-broker.js';
import { nestCases } from './nest-cases.spec.js';

const url = process.env['NATS_URL'];

(url ? describe : describe.skip)('on NATS', () => {
  nestCases(() => NatsBroker.connect([url!], { namespace: randomNamespace() }));
});
