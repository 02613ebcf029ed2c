/** What the Nest module hands to its controllers. */
export const COORDINATOR = Symbol('coordinator');
