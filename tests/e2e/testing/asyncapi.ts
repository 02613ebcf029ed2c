import { readFileSync } from 'node:fs';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { parse } from 'yaml';

type Node = Record<string, any>;

/** asyncapi.yaml, and the validation of messages by it. */
export class AsyncApi {
  readonly document: Node;
  readonly #ajv = new Ajv2020({ strict: false, allErrors: true });

  constructor() {
    const file = new URL('../../../libs/contracts/asyncapi.yaml', import.meta.url);
    this.document = parse(readFileSync(file, 'utf8')) as Node;
    addFormats.default(this.#ajv);
    // Not the whole document: its own `id` is not a schema's.
    this.#ajv.addSchema({ components: this.document['components'], $id: 'asyncapi' });
  }

  /** The target of a reference within the document, through other references. @throws Error when it is dangling */
  resolve(reference: string): { pointer: string; node: Node } {
    const node = reference
      .slice(2)
      .split('/')
      .reduce<any>((at, part) => at?.[part], this.document);
    if (node === undefined) throw new Error(`${reference} leads nowhere`);
    return node?.$ref ? this.resolve(node.$ref as string) : { pointer: reference, node };
  }

  /** Names and addresses of the channels, with the values that their parameters may have. */
  addresses(): { name: string; address: string }[] {
    return Object.entries(this.document['channels'] as Node)
      .filter(([, { address }]) => address !== null)
      .flatMap(([name, { address, parameters = {} }]) =>
        Object.keys(parameters as Node)
          .reduce<string[]>(
            (addresses, parameter) => {
              const { node } = this.resolve(`#/channels/${name}/parameters/${parameter}`);
              const values = (node['enum'] as string[] | undefined) ?? ['*'];
              return addresses.flatMap((text) => values.map((value) => text.replace(`{${parameter}}`, value)));
            },
            [address as string],
          )
          .map((text) => ({ name, address: text })),
      );
  }

  /** The channel that a subject belongs to. @throws Error when there is none, or more than one */
  channelOf(subject: string): string {
    const matches = this.addresses().filter(({ address }) =>
      new RegExp(`^${address.replaceAll('.', '\\.').replaceAll('*', '[^.]+')}$`).test(subject),
    );
    if (matches.length !== 1) throw new Error(`${subject} is in ${matches.length} channels`);
    return matches[0]!.name;
  }

  /** The operation that handles requests of a channel. */
  operationOn(channel: string): Node {
    const found = Object.values(this.document['operations'] as Node).filter(
      (operation: Node) => operation['channel'].$ref === `#/channels/${channel}` && operation['reply'],
    );
    if (found.length !== 1) throw new Error(`${found.length} operations answer ${channel}`);
    return found[0] as Node;
  }

  /** Problems with data or headers of a message, by the message's reference; empty when it is valid. */
  problems(message: string, part: 'payload' | 'headers', value: unknown): string[] {
    const { pointer } = this.resolve(message);
    const at = `asyncapi${pointer}/${part}`;
    const validate = (this.#ajv.getSchema(at) ?? this.#ajv.compile({ $ref: at })) as ValidateFunction;
    validate(value);
    return (validate.errors ?? []).map(
      ({ instancePath, message: text, params }) =>
        `${message} ${part}${instancePath} ${text} ${JSON.stringify(params)}`,
    );
  }
}
