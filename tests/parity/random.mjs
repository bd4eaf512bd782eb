// Seeded choices: the same seed makes the same cases on every machine.
import { createHash } from 'node:crypto';

export class Random {
  constructor(seed) { this.state = createHash('sha256').update(String(seed)).digest().readUInt32LE(0); }

  /** mulberry32: a number in [0, 1). */
  next() {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let t = this.state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  }

  below(n) { return Math.floor(this.next() * n); }
  between(low, high) { return low + this.below(high - low + 1); }
  chance(p) { return this.next() < p; }
  pick(list) { return list[this.below(list.length)]; }

  /** `count` different members, in random order. */
  sample(list, count) {
    const rest = [...list], out = [];
    while (out.length < count && rest.length) out.push(rest.splice(this.below(rest.length), 1)[0]);
    return out;
  }

  /** A key of { key: weight }. */
  weighted(weights) {
    let left = this.next() * Object.values(weights).reduce((a, b) => a + b, 0);
    for (const [key, weight] of Object.entries(weights)) if ((left -= weight) < 0) return key;
    return Object.keys(weights)[0];
  }
}
