/**
 * Midnight UTC of the day that a text begins with (`2030-01-31…`), in milliseconds since the epoch; undefined when there
 * is no such day. JavaScript alone takes 31 February for a day of March.
 */
export const dayOf = (text: string): number | undefined => {
  const day = text.slice(0, 10);
  const at = Date.parse(day);
  return !Number.isNaN(at) && new Date(at).toISOString().slice(0, 10) === day ? at : undefined;
};
