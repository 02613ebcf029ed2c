/** A started service. */
export interface Service {
  /** Takes nothing new, lets what is in work end or gives it back, and releases what it holds. */
  stop(): Promise<void>;
}
