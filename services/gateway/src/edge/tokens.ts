/** Names of what the composition hands in, for injection. */
export const ADAPTERS = Symbol('adapters');
export const PROJECTOR = Symbol('projector');
