#!/usr/bin/env node
// Stores recorded cases in one small file, and makes case folders of it again.
//   node pack-cases.mjs pack DIR FILE [--only TEXT]     node pack-cases.mjs unpack FILE DIR
// The file is JSON under brotli. Integrities that the snapshot derives from name and version are left out and derived
// again; everything else is kept to the byte, so unpacking gives back what was packed.
import fs from 'node:fs';
import path from 'node:path';
import zlib from 'node:zlib';
import { derivedIntegrity } from './snapshot.mjs';

const line = /"resolved": "http:\/\/registry\.test\/((?:@[^/"]+\/)?[^/"]+)\/-\/[^/"]+?-(\d[^"/]*)\.tgz",\n(\s*)"integrity": "(sha512-[^"]+)"/g;

const shorten = (text) => text.replace(line, (all, name, version, indent, integrity) =>
  integrity === derivedIntegrity(name, version) ? all.replace(integrity, '=') : all);
const lengthen = (text) => text.replace(/"resolved": "http:\/\/registry\.test\/((?:@[^/"]+\/)?[^/"]+)\/-\/[^/"]+?-(\d[^"/]*)\.tgz",\n(\s*)"integrity": "="/g,
  (all, name, version) => all.replace('"="', `"${derivedIntegrity(name, version)}"`));

function files_of(dir) {
  const out = {};
  for (const entry of fs.readdirSync(dir, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = path.join(entry.parentPath ?? entry.path, entry.name), text = fs.readFileSync(file, 'utf8');
    const short = shorten(text);
    if (lengthen(short) !== text) throw new Error(`${file} does not survive packing`);
    out[path.relative(dir, file)] = short;
  }
  return out;
}

const [, , verb, from, to] = process.argv;
if (verb === 'pack') {
  const i = process.argv.indexOf('--only'), only = i < 0 ? '' : process.argv[i + 1];
  const cases = {};
  for (const name of fs.readdirSync(from).sort()) {
    const spec = path.join(from, name, 'case.json');
    if (!name.includes(only) || !fs.existsSync(spec) || !('status' in JSON.parse(fs.readFileSync(spec)))) continue;
    cases[name] = files_of(path.join(from, name));
  }
  const options = { params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 11, [zlib.constants.BROTLI_PARAM_LGWIN]: 24 } };
  fs.writeFileSync(to, zlib.brotliCompressSync(JSON.stringify(cases), options));
  console.log(`${Object.keys(cases).length} cases, ${fs.statSync(to).size} bytes`);
} else if (verb === 'unpack') {
  const cases = JSON.parse(zlib.brotliDecompressSync(fs.readFileSync(from)));
  for (const [name, files] of Object.entries(cases))
    for (const [relative, text] of Object.entries(files)) {
      const file = path.resolve(to, name, relative);
      if (!file.startsWith(path.resolve(to) + path.sep)) throw new Error(`${relative} leaves ${to}`);
      fs.mkdirSync(path.dirname(file), { recursive: true });
      fs.writeFileSync(file, lengthen(text));
    }
  console.log(`${Object.keys(cases).length} cases in ${to}`);
} else {
  console.error('pack DIR FILE | unpack FILE DIR');
  process.exit(2);
}
