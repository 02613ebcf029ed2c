/**
 * The caller's reaction to an overload (502, 503, 504, no response in time). `retry`: none, so the client sends the
 * request again where it may. `shrink`: requests less, so the client neither repeats it nor counts it as a failure.
 */
export type OnOverload = 'retry' | 'shrink';

/** Whether a smaller request may cure this status. */
export const isOverloadStatus = (status: number): boolean => status >= 502 && status <= 504;
