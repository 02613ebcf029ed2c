import type pg from 'pg';
import type { Session } from './session.js';

/** A column of a query's result. */
export interface ResultColumn {
  readonly name: string;
  readonly typeId: number;
}

/** The columns and the number of parameters of a statement; `columns` is null when it returns no rows. */
export interface Description {
  readonly columns: readonly ResultColumn[] | null;
  readonly parameters: number;
}

/**
 * Parses and describes a statement without running it: Parse and Describe of the extended protocol, which accepts only
 * one statement. @throws as `Session.run`
 */
export function describe(session: Session, text: string, signal: AbortSignal): Promise<Description> {
  return session.run(
    signal,
    (client) => new Promise((resolve, reject) => void client.query(new DescribeQuery(text, resolve, reject))),
  );
}

interface Wire extends pg.Connection {
  parse(query: { text: string; name: string; types: string[] }): void;
  describe(message: { type: string; name: string }): void;
}

/** Like pg-cursor: `pg.Client` runs it as its active query. */
class DescribeQuery implements pg.Submittable {
  #columns: ResultColumn[] | null = null;
  #parameters = 0;
  readonly #take = (message: { dataTypeIDs: number[] }) => (this.#parameters = message.dataTypeIDs.length);
  #connection: pg.Connection | undefined;

  constructor(
    private readonly text: string,
    private readonly resolve: (description: Description) => void,
    private readonly reject: (error: Error) => void,
  ) {}

  submit(connection: pg.Connection): void {
    const wire = connection as Wire;
    this.#connection = connection;
    connection.once('parameterDescription', this.#take);
    wire.parse({ text: this.text, name: '', types: [] });
    wire.describe({ type: 'S', name: '' });
    wire.sync();
  }

  handleRowDescription({ fields }: { readonly fields: readonly { name: string; dataTypeID: number }[] }): void {
    this.#columns = fields.map(({ name, dataTypeID }) => ({ name, typeId: dataTypeID }));
  }

  handleReadyForQuery(): void {
    this.#connection?.off('parameterDescription', this.#take);
    this.resolve({ columns: this.#columns, parameters: this.#parameters });
  }

  handleError(error: Error): void {
    this.#connection?.off('parameterDescription', this.#take);
    this.reject(error);
  }
}
