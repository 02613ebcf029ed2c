import type { Json } from '@tidemark/connector-sdk';

type Container = Record<string | number, unknown>;

/** Sets the member of a body at a path such as `filters[0].value`; what is missing on the way is created. */
export function setAt(body: Record<string, unknown>, path: string, value: Json): void {
  const steps = path.split(/[.[\]]+/).filter((step) => step !== '');
  const isIndex = (at: number) => /^\d+$/.test(steps[at] ?? '');
  let container = body as Container;
  steps.forEach((step, at) => {
    if (at === steps.length - 1) container[step] = value;
    else container = (container[step] ??= isIndex(at + 1) ? [] : {}) as Container;
  });
}

/** A body as form fields, nested values as `a[b]` and `a[0]`. */
export function formOf(body: Json): string {
  const fields = new URLSearchParams();
  const add = (name: string, value: Json): void => {
    if (typeof value !== 'object' || value === null) return void fields.append(name, String(value ?? ''));
    for (const [key, member] of Object.entries(value)) add(name === '' ? key : `${name}[${key}]`, member as Json);
  };
  add('', body);
  return fields.toString();
}
