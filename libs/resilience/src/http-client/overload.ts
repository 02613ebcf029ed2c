/**
 * What the caller does about an overload (502, 503, 504, no answer in time). `retry`: nothing, so the client sends the
 * request again where it may. `shrink`: asks for less, so the client neither repeats it nor counts it as a failure.
 */
export type OnOverload = 'retry' | 'shrink';

/** Whether asking for less may cure an answer with this status. */
export const isOverloadStatus = (status: number): boolean => status >= 502 && status <= 504;
