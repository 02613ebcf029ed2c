import type { Shape } from '../fields/shape.js';

export const eventChannels = {};
export const eventMessages = {};
export const eventSchemas = {};
export const eventShapes: readonly Shape[] = [];
