import type { ReadModelHome } from './conformance.js';

export function describeProjector(_home: () => Promise<ReadModelHome>): void {}
