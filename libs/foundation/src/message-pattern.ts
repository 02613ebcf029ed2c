/** What differs between messages of one kind: quoted values, ids, addresses, numbers. In this order. */
const VARIABLE =
  /"[^"\n]{0,500}"|'[^'\n]{0,500}'|`[^`\n]{0,500}`|\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b|\b(?=\w{0,64}\d)\w{8,64}\b|-?\d[\d.,:]{0,64}/gi;

const LONGEST = 500;

/** A message without what differs between those of its kind: `key (…)=(…) exists`. */
export const messagePattern = (message: string): string => message.replace(VARIABLE, '…').slice(0, LONGEST);
