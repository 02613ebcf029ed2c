/** A body is not in its format. The message says where, and quotes nothing of it. */
export class Undecodable extends Error {}
