// A set of 64-bit digests in two typed arrays: a million documents take 16 MB, where a Set of strings takes 100.
// Open addressing, doubled at half full; full at a fixed size, after which nothing more is remembered.

export interface Digest {
  readonly high: number;
  readonly low: number;
}

const FIRST_SLOTS = 1 << 10;
const MAX_SLOTS = 1 << 25;

export class DigestSet {
  #slots = new Uint32Array(FIRST_SLOTS * 2);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  has(digest: Digest): boolean {
    return this.#isTaken(this.#slotOf(digest));
  }

  /** @returns whether the digest is new; always true when the set is full. */
  add(digest: Digest): boolean {
    const slot = this.#slotOf(digest);
    if (this.#isTaken(slot)) return false;
    const slots = this.#slots.length / 2;
    if (this.#size * 2 < slots) {
      this.#put(slot, digest);
      return true;
    }
    if (slots < MAX_SLOTS) {
      this.#grow();
      this.#put(this.#slotOf(digest), digest);
    }
    return true;
  }

  #put(slot: number, { high, low }: Digest): void {
    this.#slots[slot * 2] = high;
    // Both halves zero mean an empty slot; the one digest in 2^64 that is zero shares the place of (0, 1).
    this.#slots[slot * 2 + 1] = high === 0 && low === 0 ? 1 : low;
    this.#size += 1;
  }

  #isTaken(slot: number): boolean {
    return this.#slots[slot * 2] !== 0 || this.#slots[slot * 2 + 1] !== 0;
  }

  /** The slot that holds the digest, or the empty one where it belongs. */
  #slotOf({ high, low }: Digest): number {
    const mask = this.#slots.length / 2 - 1;
    const wanted = high === 0 && low === 0 ? 1 : low;
    let slot = wanted & mask;
    while (this.#isTaken(slot) && !(this.#slots[slot * 2] === high && this.#slots[slot * 2 + 1] === wanted)) {
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  #grow(): void {
    const old = this.#slots;
    this.#slots = new Uint32Array(old.length * 2);
    this.#size = 0;
    for (let slot = 0; slot < old.length; slot += 2) {
      const high = old[slot] ?? 0;
      const low = old[slot + 1] ?? 0;
      if (high !== 0 || low !== 0) this.#put(this.#slotOf({ high, low }), { high, low });
    }
  }
}
