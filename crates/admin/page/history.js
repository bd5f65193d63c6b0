// Rates of the last two minutes, computed from the router's total counts.

export const SPAN = 120;

export class History {
  #samples = [];
  #started = null;

  /** Takes a status. `counts` is a list of `{ name, count }`. */
  add(status, counts) {
    const at = status.uptime_seconds;
    const last = this.#samples.at(-1);
    if (status.started_at !== this.#started || (last && at <= last.at)) {
      // A new process starts at zero.
      this.#started = status.started_at;
      this.#samples = [];
    }
    this.#samples.push({ at, counts: new Map(counts.map(({ name, count }) => [name, count])) });
    while (this.#samples.length > 2 && this.#samples[1].at < at - SPAN) {
      this.#samples.shift();
    }
  }

  /** Rates a second between one sample and the next: `{ age, rates }`, the oldest first. */
  rates() {
    const now = this.#samples.at(-1)?.at ?? 0;
    return this.#samples.slice(1).map((sample, index) => {
      const before = this.#samples[index];
      const seconds = sample.at - before.at;
      const rates = new Map();
      for (const [name, count] of sample.counts) {
        rates.set(name, Math.max(0, count - (before.counts.get(name) ?? 0)) / seconds);
      }
      return { age: now - sample.at, rates };
    });
  }

  /** The rate over the last few seconds; one second alone jumps too much to be read. */
  recent(name, seconds = 5) {
    const last = this.#samples.at(-1);
    const first = this.#samples.find((sample) => sample.at >= (last?.at ?? 0) - seconds - 0.5);
    if (!last || first === last) {
      return 0;
    }
    const grown = (last.counts.get(name) ?? 0) - (first.counts.get(name) ?? 0);
    return Math.max(0, grown) / (last.at - first.at);
  }

  /** How often it happened while this page looked, for at most two minutes. */
  grown(name) {
    const first = this.#samples[0]?.counts.get(name) ?? 0;
    return Math.max(0, (this.#samples.at(-1)?.counts.get(name) ?? 0) - first);
  }
}
