/** Where browsers reach this gateway: as set, or where it listens. */
export class PublicUrl {
  constructor(private readonly address: () => string) {}

  /** The URL of a path that begins with `/`. */
  of(path: string): string {
    return `${this.address().replace(/\/+$/, '')}${path}`;
  }
}
