/**
 * Those who wait for a place in one tenant: a line per connection, and turns between the lines. The line that got a
 * place goes to the back.
 */
export class FairQueue {
  /** By connection; the map's order is the order of turns. */
  private readonly lines = new Map<string, Set<string>>();

  get isEmpty(): boolean {
    return this.lines.size === 0;
  }

  /** Puts a job at the end of its connection's line, or at its front. A job that is there already stays where it is. */
  add(connectionId: string, jobId: string, front = false): void {
    const line = this.lines.get(connectionId);
    if (!line) this.lines.set(connectionId, new Set([jobId]));
    else if (front && !line.has(jobId)) this.lines.set(connectionId, new Set([jobId, ...line]));
    else line.add(jobId);
  }

  /** Takes a job out, wherever it stands. */
  remove(connectionId: string, jobId: string): void {
    const line = this.lines.get(connectionId);
    if (!line?.delete(jobId)) return;
    if (line.size === 0) this.lines.delete(connectionId);
  }

  /** Takes out a job that got a place; its connection's next turn comes after all the others'. */
  served(connectionId: string, jobId: string): void {
    const line = this.lines.get(connectionId);
    if (!line?.delete(jobId)) return;
    this.lines.delete(connectionId);
    if (line.size > 0) this.lines.set(connectionId, line);
  }

  /** The first of every line, in the order of turns. */
  *heads(): Generator<string> {
    for (const line of this.lines.values())
      for (const jobId of line) {
        yield jobId;
        break;
      }
  }

  /** The jobs before this one in its connection's line; all of the line when the job is not in it. */
  ahead(connectionId: string, jobId: string): string[] {
    const line = [...(this.lines.get(connectionId) ?? [])];
    const place = line.indexOf(jobId);
    return place === -1 ? line : line.slice(0, place);
  }
}
