import type { EventStoreDBClient } from '@eventstore/db-client';
import unpack from '@eventstore/db-client/dist/streams/appendToStream/unpackError.js';
import uuids from '@eventstore/db-client/dist/utils/grpcUUID.js';
import shared from '@eventstore/db-client/generated/shared_pb.js';
import services from '@eventstore/db-client/generated/streams_grpc_pb.js';
import messages, { type BatchAppendReq, type BatchAppendResp } from '@eventstore/db-client/generated/streams_pb.js';
import { uuidv7, withTimeout } from '@tidemark/foundation';
import type { EncodedEvent } from '../encoding.js';
import type { AppendResult, ExpectedRevision, NewEvent } from '../port.js';

// gRPC's numbers
const DEADLINE_EXCEEDED = 4;
const UNAVAILABLE = 14;

type StreamsClient = InstanceType<typeof services.StreamsClient>;
type Call = ReturnType<StreamsClient['batchAppend']>;

/** The driver's interface for its own commands: opens a call on the current connection. */
interface DriverInternals {
  GRPCStreamCreator(
    service: typeof services.StreamsClient,
    name: string,
    open: (client: StreamsClient) => Call,
  ): () => Promise<Call>;
  callArguments(base: object, call: { deadline: number }): Parameters<StreamsClient['batchAppend']>;
}

interface Waiting {
  readonly stream: string;
  readonly resolve: (result: AppendResult) => void;
  readonly reject: (error: unknown) => void;
  readonly until: number;
}

/**
 * All appends over one call, matched to responses by number: twice the throughput of a call per append. The driver has the same,
 * but without a deadline, and when the connection breaks it fails the appends of every other client in the process and
 * may end that with an unhandled rejection.
 */
export class BatchAppender {
  readonly #driver: DriverInternals;
  #call: Promise<Call> | undefined;
  /** By number, the oldest first. */
  readonly #waiting = new Map<string, Waiting>();
  #timer: NodeJS.Timeout | undefined;

  constructor(
    client: EventStoreDBClient,
    private readonly answerWithin: number,
  ) {
    this.#driver = client as unknown as DriverInternals;
  }

  /** @throws the driver's errors */
  async append(
    stream: string,
    events: readonly NewEvent[],
    encoded: readonly EncodedEvent[],
    expected: ExpectedRevision,
  ): Promise<AppendResult> {
    const opening = this.#connect();
    const call = await withTimeout(opening, this.answerWithin, () => this.#lose(opening, noConnection()));
    if (!call || this.#call !== opening) throw noConnection();
    const number = uuidv7();
    const answer = new Promise<AppendResult>((resolve, reject) => {
      this.#waiting.set(number, { stream, resolve, reject, until: Date.now() + this.answerWithin });
    });
    call.write(request(number, stream, events, encoded, expected));
    this.#timer ??= setTimeout(() => this.#expire(), this.answerWithin);
    return answer;
  }

  /** Ends the call; appends that wait for a response are rejected. */
  close(): void {
    clearTimeout(this.#timer);
    this.#call?.then((call) => call.cancel()).catch(() => {});
  }

  #connect(): Promise<Call> {
    if (this.#call) return this.#call;
    const opening = this.#driver.GRPCStreamCreator(services.StreamsClient, 'batchAppend', (client) =>
      client.batchAppend(...this.#driver.callArguments({}, { deadline: Infinity })),
    )();
    this.#call = opening;
    opening.then(
      (call) => {
        call.on('data', (response: BatchAppendResp) => this.#settle(response));
        call.on('error', (error) => this.#lose(opening, error));
        if (this.#call !== opening) call.cancel(); // too late: appends did not wait for it
        call.on('end', () => this.#lose(opening, new Error('the server ended the call')));
      },
      (error: unknown) => this.#lose(opening, error),
    );
    return opening;
  }

  #settle(response: BatchAppendResp): void {
    const number = uuids.parseUUID(response.getCorrelationId()) ?? '';
    const waiting = this.#waiting.get(number);
    if (!waiting) return; // the response is too late: the append already counts as lost
    this.#waiting.delete(number);
    const error = response.getError();
    if (error) return waiting.reject(unpack.unpackToCommandError(error, waiting.stream));
    const success = response.getSuccess();
    waiting.resolve({
      revision: Number(success?.getCurrentRevision()),
      position: Number(success?.getPosition()?.getCommitPosition() ?? -1),
    });
  }

  #lose(call: Promise<Call>, error: unknown): void {
    if (this.#call !== call) return;
    this.#call = undefined;
    const lost = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { reject } of lost) reject(error);
  }

  /** Gives up on appends that have waited for too long, and checks again when the next one is due. */
  #expire(): void {
    this.#timer = undefined;
    const now = Date.now();
    for (const [number, { until, reject }] of this.#waiting) {
      if (until > now) {
        this.#timer = setTimeout(() => this.#expire(), until - now);
        return;
      }
      this.#waiting.delete(number);
      reject(Object.assign(new Error(`no response within ${this.answerWithin} ms`), { code: DEADLINE_EXCEEDED }));
    }
  }
}

const noConnection = () => Object.assign(new Error('no connection established'), { code: UNAVAILABLE });

function request(
  number: string,
  stream: string,
  events: readonly NewEvent[],
  encoded: readonly EncodedEvent[],
  expected: ExpectedRevision,
): BatchAppendReq {
  const options = new messages.BatchAppendReq.Options();
  options.setStreamIdentifier(new shared.StreamIdentifier().setStreamName(Buffer.from(stream)));
  if (expected === 'any') options.setAny(new shared.Empty());
  else if (expected === 'no_stream') options.setNoStream(new shared.Empty());
  else if (expected === 'stream_exists') options.setStreamExists(new shared.Empty());
  else options.setStreamPosition(String(expected));
  return new messages.BatchAppendReq()
    .setCorrelationId(uuids.createUUID(number))
    .setOptions(options)
    .setProposedMessagesList(events.map((event, index) => proposed(event, encoded[index]!)))
    .setIsFinal(true);
}

function proposed({ id, type }: NewEvent, { data, metadata }: EncodedEvent): BatchAppendReq.ProposedMessage {
  const message = new messages.BatchAppendReq.ProposedMessage();
  message.getMetadataMap().set('type', type).set('content-type', 'application/json');
  return message.setId(uuids.createUUID(id)).setData(Buffer.from(data)).setCustomMetadata(Buffer.from(metadata));
}
