import {
  beatSubject,
  contextOf,
  type Beat,
  type ClaimGranted,
  type Counts,
  type ReportTaken,
  type StageOutput,
  type Work,
} from '@tidemark/contracts';
import { Retryable, type Broker, type Delivery } from '@tidemark/messaging';
import { inSpan } from '@tidemark/telemetry';
import { refusal, type CoordinatorClient } from './coordinator-client.js';
import type { Leg, RunStage, StageOutcome } from './leg.js';

/** How long a stage that was told to stop is waited for. */
const STOP_WITHIN_MS = 500;
const SHORTEST_BEAT_MS = 250;
const LONGEST_BEAT_MS = 5000;

export type StopReason = 'cancelled' | 'fenced' | 'draining';

/** Why a leg was told to stop. */
class Stopped extends Error {
  constructor(readonly reason: StopReason) {
    super(reason);
  }
}

/** One leg under one claim: beats while its stages run, reports each, and stops when it is told to. */
export class ClaimedLeg {
  private readonly stopping = new AbortController();
  private readonly outputs: Record<string, StageOutput>;
  private readonly leg: Leg;
  private stage = '';
  private progress: Pick<Beat, 'percent' | 'counts'> = {};
  private lastBeatAt = 0;

  constructor(
    private readonly broker: Broker,
    private readonly coordinator: CoordinatorClient,
    private readonly delivery: Delivery<Work>,
    private readonly granted: ClaimGranted,
    private readonly runStage: RunStage,
  ) {
    const { outputs, stages: _, ...rest } = granted;
    const { tenant, jobId } = delivery.data;
    const { correlationId } = contextOf(tenant, delivery.headers);
    this.outputs = { ...outputs };
    this.leg = {
      ...rest,
      tenant,
      jobId,
      correlationId,
      outputs: this.outputs,
      artefacts: new Map(),
      signal: this.stopping.signal,
      progress: (report) => this.advance(report),
    };
  }

  get claim(): number {
    return this.granted.claim;
  }

  stop(reason: StopReason): void {
    this.stopping.abort(new Stopped(reason));
  }

  /** Resolves when the work message may be acknowledged. @throws Retryable when another runner is to go on */
  async run(): Promise<void> {
    const { delivery, granted } = this;
    const drain = () => this.stop('draining');
    delivery.signal.addEventListener('abort', drain, { once: true });
    const beatMs = Math.min(LONGEST_BEAT_MS, Math.max(SHORTEST_BEAT_MS, granted.claimTimeoutMs / 4));
    const beating = setInterval(() => this.beat(true), beatMs);
    try {
      for (const { name } of granted.stages) {
        this.stage = name;
        if (await this.runOne(name)) return;
      }
    } catch (error) {
      await this.giveUp(error);
    } finally {
      clearInterval(beating);
      delivery.signal.removeEventListener('abort', drain);
    }
  }

  /** True when the leg is over. */
  private async runOne(stage: string): Promise<boolean> {
    this.progress = {};
    this.beat();
    const { tenant, jobId } = this.leg;
    const attributes = { 'tidemark.tenant': tenant, 'tidemark.job': jobId, 'tidemark.stage': stage };
    const outcome = await inSpan(`stage ${stage}`, { attributes }, () =>
      this.untilStopped(this.runStage(stage, this.leg)),
    ).catch((error: unknown) => this.failed(stage, error));
    if (!outcome) return true;
    this.outputs[stage] = outcome.output;
    const { ended } = await this.report<ReportTaken>('complete-stage', { stage, ...outcome });
    return ended;
  }

  /** Reports an error of the stage itself; how it was stopped is not one. */
  private async failed(stage: string, error: unknown): Promise<undefined> {
    if (this.stopping.signal.aborted) throw this.stopping.signal.reason;
    const { code, message, retryable, retryAfterMs } = error as Partial<StageProblem>;
    await this.report('fail-stage', {
      stage,
      error: { code: typeof code === 'string' ? code : 'INTERNAL', message: message ?? String(error) },
      retryable: retryable ?? true,
      retryAfterMs,
    });
  }

  private async giveUp(error: unknown): Promise<void> {
    // Another claim took over, or the job ended: there is nothing left to report.
    if (refusal(error)) return;
    const reason = this.stopping.signal.aborted ? (this.stopping.signal.reason as Stopped).reason : undefined;
    if (reason === 'fenced') return;
    if (reason === 'cancelled') {
      await this.coordinator
        .report('confirm-cancel', this.identity, AbortSignal.timeout(LONGEST_BEAT_MS))
        .catch(() => undefined); // The coordinator cancels by itself at the deadline.
      return;
    }
    throw new Retryable(`leg given back: ${(error as Error).message}`, 0, { cause: error });
  }

  private report<R>(verb: string, data: object): Promise<R> {
    return this.coordinator.report<R>(verb, { ...this.identity, ...data }, this.stopping.signal);
  }

  private get identity() {
    const { tenant, jobId } = this.leg;
    return { tenant, jobId, claim: this.claim };
  }

  /** A stage that does not heed its signal is left behind: its claim is over, so nothing it does counts. */
  private async untilStopped(work: Promise<StageOutcome>): Promise<StageOutcome> {
    const { signal } = this.stopping;
    let timer: NodeJS.Timeout | undefined;
    let onAbort: (() => void) | undefined;
    const stopped = new Promise<never>((_, reject) => {
      onAbort = () => (timer = setTimeout(() => reject(signal.reason), STOP_WITHIN_MS));
      if (signal.aborted) onAbort();
      else signal.addEventListener('abort', onAbort, { once: true });
    });
    try {
      return await Promise.race([work, stopped]);
    } finally {
      clearTimeout(timer);
      if (onAbort) signal.removeEventListener('abort', onAbort);
    }
  }

  private advance(report: { percent?: number; counts?: Partial<Counts> }): void {
    this.progress = { ...this.progress, ...report };
    if (Date.now() - this.lastBeatAt >= SHORTEST_BEAT_MS) this.beat();
  }

  private beat(extend = false): void {
    this.lastBeatAt = Date.now();
    const { jobId } = this.leg;
    const beat: Beat = { jobId, claim: this.claim, stage: this.stage, ...this.progress };
    this.broker.broadcast(beatSubject(jobId), beat);
    if (extend) this.delivery.extend().catch(() => undefined); // The next beat tries again.
  }
}

interface StageProblem {
  readonly code: string;
  readonly message: string;
  readonly retryable: boolean;
  readonly retryAfterMs: number;
}
