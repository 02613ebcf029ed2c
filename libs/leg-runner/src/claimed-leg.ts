import type { BlobStore } from '@tidemark/blob-store';
import {
  contextOf,
  type Checkpoint,
  type ClaimGranted,
  type ClaimRef,
  type ClaimRelease,
  type Counts,
  pipelineOfConnector,
  type PipelineChoice,
  type ReportTaken,
  type Source,
  type StageOutput,
  type StageReport,
  type Work,
} from '@tidemark/contracts';
import { messageOf, systemClock, type Clock } from '@tidemark/foundation';
import { Retryable, type Broker, type Delivery } from '@tidemark/messaging';
import { Artefacts, StageFailed, type JobInfo, type StageContext, type StageTable } from '@tidemark/pipelines';
import { inSpan } from '@tidemark/telemetry';
import { refusal, type CoordinatorClient } from './coordinator-client.js';
import { Heartbeats } from './heartbeats.js';
import { OpenConnectors, type ConnectorOpener } from './open-connectors.js';
import { assertCheckpoint, reportOf } from './stage-report.js';

/** How long to wait for a stage that has to stop. */
const STOP_WITHIN_MS = 500;
/** How long to retry a cancel's confirmation; the coordinator cancels by itself at its deadline. */
const CONFIRM_WITHIN_MS = 5000;
/** How long a runner that is stopped waits for a coordinator to take its leg back. */
const RELEASE_WITHIN_MS = 1000;

export type StopReason = 'cancelled' | 'fenced' | 'draining';

/** Why a leg has to stop. */
class Stopped extends Error {
  constructor(readonly reason: StopReason) {
    super(reason);
  }
}

/** A stage of a newer version: another runner may have it. */
class StageUnknown extends Error {
  override readonly name = 'StageUnknown';
}

/** How long a leg is left to others that this version cannot run. */
const UNKNOWN_AGAIN_MS = 1_000;

/** Shared by all legs of a runner. */
export interface LegTools {
  readonly broker: Broker;
  readonly blobs: BlobStore;
  readonly stages: StageTable;
  /** Absent where no stage opens connectors. */
  readonly opener?: ConnectorOpener;
  /** Default: the system's. */
  readonly clock?: Clock;
  /** Receives what went wrong on this side, in full. */
  readonly onError?: (error: Error) => void;
}

/** One leg under one claim: sends heartbeats while its stages run, reports each, and stops on request. */
export class ClaimedLeg {
  readonly #stopping = new AbortController();
  readonly #pipeline: PipelineChoice;
  readonly #artefacts = new Artefacts();
  readonly #outputs: Record<string, StageOutput>;
  readonly #job: JobInfo;
  #counts: Counts;
  #needsNewer = false;
  #stage = '';
  /** Checkpoints of this claim in the current stage. */
  #checkpoints = 0;
  #resumeFrom: Checkpoint | null;
  readonly #heartbeats: Heartbeats;

  constructor(
    private readonly tools: LegTools,
    private readonly coordinator: CoordinatorClient,
    private readonly delivery: Delivery<Work>,
    private readonly granted: ClaimGranted,
  ) {
    const { outputs, counts, checkpoint = null, connectionId, type, trigger, attempt } = granted;
    const { tenant, jobId: id } = delivery.data;
    const { correlationId } = contextOf(tenant, delivery.headers);
    // A coordinator that predates named pipelines does not name one.
    this.#pipeline = (granted.pipeline as PipelineChoice | undefined) ?? pipelineOfConnector(granted.connector);
    this.#outputs = { ...outputs };
    this.#counts = counts;
    this.#resumeFrom = checkpoint;
    this.#heartbeats = new Heartbeats(tools, delivery, granted);
    this.#job = { id, tenant, connectionId, type, trigger, attempt, ...(correlationId && { correlationId }) };
  }

  /** Whether it stopped at a stage that this version does not know. */
  get needsNewer(): boolean {
    return this.#needsNewer;
  }

  get claim(): number {
    return this.granted.claim;
  }

  stop(reason: StopReason): void {
    this.#stopping.abort(new Stopped(reason));
  }

  /** Resolves when the work message may be acknowledged. @throws Retryable when another runner has to continue */
  async run(): Promise<void> {
    const { delivery, granted } = this;
    const drain = () => this.stop('draining');
    delivery.signal.addEventListener('abort', drain, { once: true });
    this.#heartbeats.start();
    try {
      for (const { name } of granted.stages) {
        this.#stage = name;
        if (await this.#runOne(name)) return;
        this.#resumeFrom = null;
      }
    } catch (error) {
      await this.#giveUp(error);
    } finally {
      this.#heartbeats.stop();
      delivery.signal.removeEventListener('abort', drain);
    }
  }

  /** True when the leg is over. */
  async #runOne(stage: string): Promise<boolean> {
    this.#checkpoints = 0;
    this.#heartbeats.begin(stage);
    const { tenant, id } = this.#job;
    const attributes = { 'tidemark.tenant': tenant, 'tidemark.job': id, 'tidemark.stage': stage };
    const opened = new OpenConnectors(tenant, this.#source, this.granted.destinations ?? [], this.tools.opener);
    const result = await inSpan(`stage ${stage}`, { attributes }, () =>
      this.#untilStopped(this.#runStage(stage, opened)),
    )
      .catch((error: unknown) => this.#failed(error))
      .finally(() => opened.close());
    if (!result) return true;
    this.#outputs[stage] = result.output;
    this.#counts = { ...this.#counts, ...result.counts };
    const { ended } = await this.#report<ReportTaken>('complete-stage', result);
    return ended;
  }

  async #runStage(name: string, open: OpenConnectors): Promise<Omit<StageReport, keyof ClaimRef>> {
    const { kind } = this.#pipeline;
    const row = this.tools.stages.get(kind);
    const stage = row?.stages[name];
    if (!stage) throw new StageUnknown(`this version of the runner has no stage ${name} of ${kind}`);
    return reportOf(row.pipeline, name, await stage(this.#contextFor(open)));
  }

  #contextFor(open: OpenConnectors): StageContext {
    const { clock = systemClock } = this.tools;
    const outputs: Readonly<Record<string, StageOutput>> = this.#outputs;
    return {
      job: this.#job,
      parameters: this.#pipeline.parameters,
      source: this.#source,
      destinations: this.granted.destinations ?? [],
      policies: this.granted.policies ?? {},
      pausedObjects: this.granted.pausedObjects ?? [],
      cursor: this.granted.cursor,
      resumeFrom: this.#resumeFrom,
      counts: this.#counts,
      artefacts: this.#artefacts,
      blobs: this.tools.blobs,
      open,
      signal: this.#stopping.signal,
      output: (stage) => outputOf(outputs, stage),
      checkpoint: (checkpoint) => this.#checkpoint(checkpoint),
      progress: (progress) => this.#heartbeats.advance(progress),
      now: () => clock.now(),
    };
  }

  get #source(): Source {
    const { source, connector, config } = this.granted;
    return (source as Source | undefined) ?? { connector, config };
  }

  async #checkpoint(checkpoint: Checkpoint): Promise<void> {
    assertCheckpoint(this.tools.stages.get(this.#pipeline.kind)!.pipeline, this.#stage, checkpoint);
    const sequence = (this.#checkpoints += 1);
    try {
      await this.#report('save-checkpoint', { sequence, ...checkpoint });
    } catch (error) {
      if (refusal(error)) this.stop('fenced');
      this.#stopping.signal.throwIfAborted();
      throw error;
    }
    this.#counts = { ...this.#counts, ...checkpoint.counts };
    this.#resumeFrom = checkpoint;
  }

  /** Reports an error of the stage itself; being stopped is not one. */
  async #failed(error: unknown): Promise<undefined> {
    this.#stopping.signal.throwIfAborted();
    if (error instanceof StageUnknown) throw error;
    const failed = StageFailed.from(error);
    const { failure, retryable, retryAfterMs } = failed;
    if (failed.isOurs)
      this.tools.onError?.(
        new Error(`job ${this.#job.id}, stage ${this.#stage}: ${messageOf(error)}`, { cause: error }),
      );
    await this.#report('fail-stage', { error: failure, retryable, retryAfterMs });
  }

  async #giveUp(error: unknown): Promise<void> {
    // Another claim took over, or the job ended: nothing is left to report.
    if (refusal(error)) return;
    const { aborted, reason: stopped } = this.#stopping.signal;
    const reason = aborted ? (stopped as Stopped).reason : undefined;
    if (reason === 'fenced') return;
    if (reason === 'cancelled') {
      const { tenant, id: jobId } = this.#job;
      await this.coordinator
        .report('confirm-cancel', { tenant, jobId, claim: this.claim }, AbortSignal.timeout(CONFIRM_WITHIN_MS))
        .catch(() => undefined); // The coordinator cancels by itself at the deadline.
      return;
    }
    this.#needsNewer = error instanceof StageUnknown;
    // The coordinator offers it again, and does not count it as lost.
    if ((reason === 'draining' || this.#needsNewer) && (await this.#release())) return;
    const delayMs = this.#needsNewer ? UNKNOWN_AGAIN_MS : 0;
    throw new Retryable(`leg given back: ${(error as Error).message}`, delayMs, { cause: error });
  }

  /** False when no coordinator took it back; an older one does not know how. */
  async #release(): Promise<boolean> {
    const { tenant, id: jobId } = this.#job;
    const release: ClaimRelease = { tenant, jobId, claim: this.claim };
    return this.coordinator.ask('release-claim', release, RELEASE_WITHIN_MS).then(
      () => true,
      () => false,
    );
  }

  #report<R>(verb: string, data: object): Promise<R> {
    const { tenant, id: jobId } = this.#job;
    const claim: ClaimRef = { tenant, jobId, claim: this.claim, stage: this.#stage };
    return this.coordinator.report<R>(verb, { ...claim, ...data }, this.#stopping.signal);
  }

  /** A stage that ignores its signal is abandoned: its claim is over, so its results are ignored. */
  async #untilStopped<T>(work: Promise<T>): Promise<T> {
    const { signal } = this.#stopping;
    const { clock = systemClock } = this.tools;
    let timer: unknown;
    let onAbort: (() => void) | undefined;
    const stopped = new Promise<never>((_, reject) => {
      onAbort = () => (timer = clock.setTimeout(() => reject(signal.reason), STOP_WITHIN_MS));
      if (signal.aborted) onAbort();
      else signal.addEventListener('abort', onAbort, { once: true });
    });
    try {
      return await Promise.race([work, stopped]);
    } finally {
      if (timer !== undefined) clock.clearTimeout(timer as never);
      if (onAbort) signal.removeEventListener('abort', onAbort);
    }
  }
}

function outputOf<T>(outputs: Readonly<Record<string, StageOutput>>, stage: string): T {
  const output = outputs[stage];
  if (!output) throw new Error(`the output of stage ${stage} is missing`);
  return output as T;
}
