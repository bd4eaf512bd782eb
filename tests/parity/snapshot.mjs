// Reads the packuments of a frozen registry snapshot (see README.md) without a server.
import fs from 'node:fs';
import path from 'node:path';
import zlib from 'node:zlib';
import { createHash } from 'node:crypto';

/** The snapshot's integrity of a version that brings none of its own. */
export const derivedIntegrity = (name, version) =>
  'sha512-' + createHash('sha512').update(`${name}@${version}`).digest('base64');

const release = /^(\d+)\.(\d+)\.(\d+)$/;
export const parts = (version) => release.exec(version)?.slice(1).map(Number);
export const byVersion = (a, b) => {
  const x = parts(a), y = parts(b);
  return x[0] - y[0] || x[1] - y[1] || x[2] - y[2];
};

export class Snapshot {
  constructor(directory) {
    this.index = JSON.parse(fs.readFileSync(path.join(directory, 'packuments.br.index.json'), 'utf8'));
    this.file = fs.openSync(path.join(directory, 'packuments.br'), 'r');
    this.names = Object.keys(this.index).sort();
    this.chunks = new Map();
    this.documents = new Map();
  }

  has(name) { return Object.hasOwn(this.index, name); }

  chunk(offset, length) {
    if (!this.chunks.has(offset)) {
      const packed = Buffer.alloc(length);
      fs.readSync(this.file, packed, 0, length, offset);
      if (this.chunks.size > 30) this.chunks.delete(this.chunks.keys().next().value);
      const large = { params: { [zlib.constants.BROTLI_DECODER_PARAM_LARGE_WINDOW]: 1 } };
      this.chunks.set(offset, zlib.brotliDecompressSync(packed, large));
    }
    return this.chunks.get(offset);
  }

  packument(name) {
    if (!this.documents.has(name)) {
      const [offset, length, start, size] = this.index[name];
      this.documents.set(name, JSON.parse(this.chunk(offset, length).subarray(start, start + size)));
    }
    return this.documents.get(name);
  }

  /** Plain releases, oldest first. */
  releases(name) {
    return Object.keys(this.packument(name).versions).filter(parts).sort(byVersion);
  }
}
