/** Whose records they are: nothing is read or written across scopes. */
export interface Scope {
  readonly tenant: string;
  readonly connectionId: string;
}
