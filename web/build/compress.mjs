// Moves Vite's output to dist/, which the server embeds. Pages stay uncompressed, because the
// server executes them as templates; assets are stored in compressed form only. SHA256SUMS has the
// sums of the uncompressed files, because compressors differ between machines. If the sums have not
// changed, dist/ is left alone.
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const [from, to] = ['out', 'dist'];

const files = readdirSync(from, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => join(entry.parentPath, entry.name).slice(from.length + 1))
  .sort()
  .map((name) => ({ name, bytes: readFileSync(join(from, name)) }));

const sums = files
  .map(({ name, bytes }) => `${createHash('sha256').update(bytes).digest('hex')}  ${name}\n`)
  .join('');

if (readIfExists(join(to, 'SHA256SUMS')) !== sums) {
  rmSync(to, { recursive: true, force: true });
  for (const { name, bytes } of files) writeCompressed(join(to, name), bytes);
  writeFileSync(join(to, 'SHA256SUMS'), sums);
}
rmSync(from, { recursive: true });

function readIfExists(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (error.code === 'ENOENT') return '';
    throw error;
  }
}

function writeCompressed(file, bytes) {
  mkdirSync(dirname(file), { recursive: true });
  if (file.endsWith('.html')) return writeFileSync(file, bytes);
  writeFileSync(`${file}.gz`, gzipSync(bytes, { level: 9 }));
  const params = { [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length };
  writeFileSync(`${file}.br`, brotliCompressSync(bytes, { params }));
}
