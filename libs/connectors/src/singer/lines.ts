const NEWLINE = 0x0a;

export interface Line {
  readonly text: string;
  /** Whether it was longer than the limit; the text is its beginning. */
  readonly isCut: boolean;
}

/** Lines of a stream, each bounded: memory never holds more than one of the greatest length. The rest of a cut one is skipped. */
export async function* linesIn(stream: AsyncIterable<Buffer>, mostBytes: number): AsyncGenerator<Line> {
  let parts: Buffer[] = [];
  let [kept, bytes] = [0, 0];
  let isSkipped = false;
  const add = (part: Buffer): void => {
    const room = part.subarray(0, mostBytes - kept);
    bytes += part.length;
    kept += room.length;
    if (room.length > 0) parts.push(room);
  };
  const take = (): Line => {
    const line = { text: Buffer.concat(parts).toString('utf8'), isCut: bytes > mostBytes };
    [parts, kept, bytes] = [[], 0, 0];
    return line;
  };
  for await (const chunk of stream) {
    let begin = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, begin)) {
      add(chunk.subarray(begin, end));
      if (isSkipped) take();
      else yield take();
      isSkipped = false;
      begin = end + 1;
    }
    add(chunk.subarray(begin));
    // A line without an end must not be waited for.
    if (bytes > mostBytes) {
      if (isSkipped) take();
      else yield take();
      isSkipped = true;
    }
  }
  if (bytes > 0 && !isSkipped) yield take();
}
