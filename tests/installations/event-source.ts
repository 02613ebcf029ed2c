export interface StreamEvent {
  readonly id?: string;
  readonly event?: string;
  readonly data?: string;
}

/** Server-sent events as they come, until the server ends the stream or the reader leaves. */
export async function* readEvents(response: Response): AsyncGenerator<StreamEvent> {
  let text = '';
  for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    const blocks = text.split('\n\n');
    text = blocks.pop()!;
    for (const block of blocks) {
      const lines = block.split('\n').map((line) => line.split(/: ?(.*)/s) as [string, string]);
      const event: StreamEvent = Object.fromEntries(lines.filter(([field]) => field !== ''));
      if (event.data !== undefined) yield event;
    }
  }
}
