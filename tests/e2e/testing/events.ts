export interface StreamEvent {
  readonly id?: string;
  readonly event?: string;
  readonly data?: string;
}

/** The server-sent events of a whole answer; comments and settings of the stream are left out. */
export function parseEvents(text: string): StreamEvent[] {
  const blocks = text.split('\n\n').map((block) => block.split('\n').map((line) => line.split(/: ?(.*)/s)));
  return blocks
    .map((lines) => Object.fromEntries(lines.filter(([field]) => field !== '')) as StreamEvent)
    .filter(({ data }) => data !== undefined);
}
