import { Publisher } from '../publishers/publisher.js';
import { Edge } from './edge.js';

/** An edge with one connection, which watches the description of a publisher. */
export class WatchingEdge {
  private constructor(
    readonly edge: Edge,
    readonly publisher: Publisher,
    readonly connectionId: string,
  ) {}

  static async start(): Promise<WatchingEdge> {
    const publisher = await Publisher.start();
    const edge = await Edge.start();
    await edge.startRunners();
    return new WatchingEdge(edge, publisher, await edge.connect(publisher.source()));
  }

  /** Publishes the description and syncs it. @returns the job's id, once it has ended */
  async sync(document: object): Promise<string> {
    this.publisher.publish(document);
    return (await this.edge.sync(this.connectionId)).id;
  }

  async close(): Promise<void> {
    await this.edge.close();
    await this.publisher.stop();
  }
}
