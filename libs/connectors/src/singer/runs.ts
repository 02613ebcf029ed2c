import type { ConnectorContext, JsonObject } from '@tidemark/connector-sdk';
import type { Side } from '@tidemark/resilience';
import { allowedPath } from './allowed.js';
import { PrivateFolder } from './private-folder.js';
import { Program } from './program.js';
import type { SingerConfig } from './singer.config.js';

/** Files for one run, by the argument that names each. */
type Files = Readonly<Record<`--${string}`, unknown>>;

export interface RunOptions {
  readonly files?: Files;
  readonly flags?: readonly string[];
  /** Settings for this run alone. */
  readonly settings?: JsonObject;
  readonly signal: AbortSignal;
}

/** Starts the program of a connection, each time in a folder of its own. */
export class Runs {
  readonly #context: ConnectorContext<SingerConfig>;
  readonly #side: Side;
  readonly #ends = new Set<Promise<void>>();

  constructor(context: ConnectorContext<SingerConfig>, side: Side) {
    this.#context = context;
    this.#side = side;
  }

  /** Disposing ends the program, and all that it started. @throws ExternalError */
  async start({ files = {}, flags = [], settings = {}, signal }: RunOptions): Promise<Program & AsyncDisposable> {
    const { config, programs, login, log } = this.#context;
    const executable = await allowedPath(config.executable, programs, this.#side);
    const secrets = (await login?.()) ?? { username: '', password: '' };
    const given = (place: 'setting' | 'variable') =>
      Object.fromEntries(config.credential.flatMap((use) => (place in use ? [[use[place as never], secrets[use.part]]] : []))); // prettier-ignore
    const all = { '--config': { ...config.settings, ...given('setting'), ...settings }, ...files };
    const folder = await PrivateFolder.create();
    try {
      signal.throwIfAborted();
      const paths: string[] = [];
      for (const [name, content] of Object.entries(all)) paths.push(name, await folder.keep(`${name.slice(2)}.json`, content)); // prettier-ignore
      const program = new Program({
        ...{ executable, arguments: [...paths, ...flags], environment: given('variable'), folder: folder.path },
        ...{ limits: config.limits, side: this.#side, signal, log },
        redact: this.#redactor(secrets.password),
      });
      return Object.assign(program, { [Symbol.asyncDispose]: () => this.#end(program, folder, signal) });
    } catch (error) {
      await folder.remove();
      throw error;
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.#ends);
  }

  /** After an abort nobody waits for it but `close`. */
  async #end(program: Program, folder: PrivateFolder, signal: AbortSignal): Promise<void> {
    const ended = program.stop().finally(() => folder.remove());
    this.#ends.add(ended);
    void ended.finally(() => this.#ends.delete(ended)).catch(() => {});
    if (!signal.aborted) await ended;
  }

  /** A secret of several lines, such as a key, is printed line by line. */
  #redactor(secret: string): (text: string) => string {
    const lines = secret.split('\n').filter((line) => line.length >= 8);
    return (text) => {
      let redacted = this.#context.redact(text);
      for (const line of lines) redacted = redacted.replaceAll(line, '[secret]');
      return redacted;
    };
  }
}
