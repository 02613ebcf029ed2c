/** Longest text that is searched for the position; a longer search would cost more than it is worth. */
const MAX_SEARCHED = 1024 * 1024;

/** Where a text that is not JSON stops being JSON: characters from the start. Its length when it is only truncated. */
export function jsonErrorPosition(text: string): number {
  const whole = endsAt(text);
  if (whole !== undefined) return whole;
  if (text.length > MAX_SEARCHED) return 0;
  // The longest prefix that could still become JSON: prefixes of such a prefix could too.
  let good = 0;
  let bad = text.length;
  while (bad - good > 1) {
    const middle = (good + bad) >> 1;
    if ((endsAt(text.slice(0, middle)) ?? -1) >= middle - 1) good = middle;
    else bad = middle;
  }
  return good;
}

/** Where V8 reports that the parsing failed; the length when the text is truncated; undefined when it reports no position. */
function endsAt(text: string): number | undefined {
  try {
    JSON.parse(text);
    return text.length;
  } catch (error) {
    const { message } = error as Error;
    if (message.includes('end of JSON input')) return text.length;
    const position = /at position (\d+)/.exec(message)?.[1];
    return position === undefined ? undefined : Number(position);
  }
}
