/** How far this process is in its life; it only goes forward. */
export class Lifecycle {
  #phase: 'starting' | 'started' | 'draining' | 'closing' = 'starting';

  isStarted(): boolean {
    return this.#phase !== 'starting';
  }
  /** Still answers, and tells load balancers to send nothing more. */
  isDraining(): boolean {
    return this.#phase === 'draining' || this.#phase === 'closing';
  }
  /** Takes no new request. */
  isClosing(): boolean {
    return this.#phase === 'closing';
  }
  started(): void {
    this.#phase = 'started';
  }
  draining(): void {
    this.#phase = 'draining';
  }
  closing(): void {
    this.#phase = 'closing';
  }
}
