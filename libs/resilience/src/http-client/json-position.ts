/** Longest text that is searched for the place; beyond it, searching would cost more than the place is worth. */
const MAX_SEARCHED = 1024 * 1024;

/** Where a text that is not JSON stops being JSON: characters from the start. Its length when it only breaks off. */
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

/** Where V8 says that the parsing failed; the length when it wanted more; undefined when it does not say. */
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
