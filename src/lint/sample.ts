/** The first things of a stream that may be endless, with those on touched lines kept apart, and the counts of all. */
export class Sample<T> {
  readonly fresh: T[] = [];
  readonly old: T[] = [];
  total = 0;
  freshTotal = 0;
  readonly #most: number;

  /** Keeps at most `most` of each sort. */
  constructor(most: number) {
    this.#most = most;
  }

  add(item: T, isFresh: boolean): void {
    this.total++;
    if (isFresh) this.freshTotal++;
    const list = isFresh ? this.fresh : this.old;
    if (list.length < this.#most) list.push(item);
  }

  /** Counts one whose content is not known. */
  addUnknown(): void {
    this.total++;
  }
}
