import { describe } from '@jest/globals';
import { brokerConformance } from '../testing/index.js';
import { openNatsWorld } from '../testing/nats-world.js';

const url = process.env['NATS_URL'];

(url ? describe : describe.skip)('on a real server', () => {
  brokerConformance('NatsBroker', () => openNatsWorld(url!));
});
