/** Names of what the composition hands in, for injection. */
export const ADAPTERS = Symbol('adapters');
export const LOGGER = Symbol('logger');
export const SETTINGS = Symbol('settings');
export const PROJECTOR = Symbol('projector');
