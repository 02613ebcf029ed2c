export interface StreamEvent {
  readonly id?: string;
  readonly event?: string;
  readonly data?: string;
}

/** Server-sent events as they arrive, until the server ends the stream or the reader leaves. */
export async function* readEvents(response: Response): AsyncGenerator<StreamEvent> {
  let text = '';
  for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
    const blocks = (text + chunk).split('\n\n');
    text = blocks.pop()!;
    yield* blocks.flatMap(parseBlock);
  }
}

/** The server-sent events of a whole answer. */
export const parseEvents = (text: string): StreamEvent[] => text.split('\n\n').flatMap(parseBlock);

/** Comments and settings of the stream are left out. */
function parseBlock(block: string): StreamEvent[] {
  const lines = block.split('\n').map((line) => line.split(/: ?(.*)/s) as [string, string]);
  const event: StreamEvent = Object.fromEntries(lines.filter(([field]) => field !== ''));
  return event.data === undefined ? [] : [event];
}
