/** A class whose fields are declared by the decorators of decorators.ts: one shape of data that crosses a boundary. */
export type Shape<T extends object = object> = abstract new () => T;

export type Shaped<S extends Shape> = InstanceType<S>;
