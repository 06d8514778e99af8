/** A queue with a lane for each owner. Owners take turns, so that one with much work does not delay the others. */
export class FairQueue<T> {
  /** Lanes in the order of their turns; none is empty. */
  private readonly lanes = new Map<string, Set<T>>();
  private count = 0;

  get length(): number {
    return this.count;
  }

  add(owner: string, item: T): void {
    const lane = this.lanes.get(owner) ?? new Set();
    this.lanes.set(owner, lane.add(item));
    this.count += 1;
  }

  /** @returns whether it was there */
  remove(owner: string, item: T): boolean {
    const lane = this.lanes.get(owner);
    if (lane?.delete(item) !== true) return false;
    this.count -= 1;
    if (lane.size === 0) this.lanes.delete(owner);
    return true;
  }

  /**
   * Removes and returns the next item. Its owner's next turn comes after those of all others.
   * @param may whether the first item of an owner may be the next; absent: any may
   */
  next(may?: (first: T) => boolean): T | undefined {
    for (const [owner, lane] of this.lanes) {
      const [item] = lane;
      if (item === undefined || (may && !may(item))) continue;
      this.remove(owner, item);
      if (lane.size > 0) {
        this.lanes.delete(owner);
        this.lanes.set(owner, lane);
      }
      return item;
    }
    return undefined;
  }

  /** What `next` would return. */
  peek(may: (first: T) => boolean): T | undefined {
    for (const first of this.firsts()) if (may(first)) return first;
    return undefined;
  }

  /** The first item of each owner. */
  *firsts(): Generator<T, void, undefined> {
    // No lane is empty.
    for (const [first] of this.lanes.values()) yield first as T;
  }

  /** The items in the order of their turns. */
  *[Symbol.iterator](): Generator<T, void, undefined> {
    let round = [...this.lanes.values()].map((lane) => lane.values());
    while (round.length > 0) {
      const left: typeof round = [];
      for (const lane of round) {
        const { done, value } = lane.next();
        if (done === true) continue;
        yield value;
        left.push(lane);
      }
      round = left;
    }
  }

  /** The last item of the longest lane, when that lane is longer than this owner's would be with one more. */
  lastOfMany(owner: string): T | undefined {
    let longest: ReadonlySet<T> = new Set();
    for (const lane of this.lanes.values()) if (lane.size > longest.size) longest = lane;
    return longest.size > this.of(owner) + 1 ? [...longest].at(-1) : undefined;
  }

  /** How many items this owner has. */
  of(owner: string): number {
    return this.lanes.get(owner)?.size ?? 0;
  }

  /** How many items would have their turn before a new one of this owner. */
  ahead(owner: string): number {
    const own = this.of(owner);
    let ahead = own;
    for (const [name, lane] of this.lanes) if (name !== owner) ahead += Math.min(lane.size, own + 1);
    return ahead;
  }
}
