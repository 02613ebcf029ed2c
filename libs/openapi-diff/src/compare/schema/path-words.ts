/** A step of a path that a keyword leads on, so that it cannot be taken for a property. */
export const keywordStep = (keyword: string, label = ''): string =>
  `‹${keyword}${label === '' ? '' : ` ${label.replaceAll(/[‹›]/g, '')}`}›`;

const STEP = /‹([^›‹ ]*)(?: ([^›‹]*))?›|[^/]+/g;

/** A path within a schema for people: `property "n" of each item of "tags" of `; empty for the schema itself. */
export const pathWords = (path: string): string => {
  const parts: string[] = [];
  let properties: string[] = [];
  const close = (): void => {
    if (properties.length > 0) parts.unshift(`property "${properties.join('/')}"`);
    properties = [];
  };
  for (const [text, keyword, label = ''] of path.matchAll(STEP)) {
    if (keyword === undefined) {
      properties.push(text);
      continue;
    }
    close();
    const words = wordsOf(keyword, label);
    if (words !== '') parts.unshift(words);
  }
  close();
  return parts.map((part) => `${part} of `).join('');
};

const wordsOf = (keyword: string, label: string): string => {
  switch (keyword) {
    case 'items':
    case 'unevaluatedItems':
      return 'each item';
    case 'contains':
      return 'each item that counts (contains)';
    case 'additionalProperties':
    case 'unevaluatedProperties':
      return 'each further property';
    case 'patternProperties':
      return `each property that matches "${label}"`;
    case 'propertyNames':
      return 'each name of a property';
    case 'prefixItems':
      return `item ${label}`;
    case 'oneOf':
    case 'anyOf':
      return `the alternative ${label}`;
    case 'allOf':
      return `the part ${label}`;
    default:
      return `the condition "${label === '' ? keyword : `${keyword} ${label}`}"`;
  }
};
