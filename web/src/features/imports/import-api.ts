// The REST endpoints of imports: see docs/migrating.md. Files are sent in parts, so that an upload
// continues where it was interrupted.
import { ExplainedError, rememberRequestId } from '../../lib/fault';

/** A rule of a mapping. The options that the console does not show are kept as they are. */
export interface Rule {
  /** The name of the column. */
  column: string;
  /** What its values become: one of the targets; empty to ignore it. */
  to: string;
  [option: string]: unknown;
}

/** What the columns of a file are. */
export interface Mapping {
  columns: Rule[];
  /** Whether empty cells clear what the contact has. */
  clearEmpty?: boolean;
  /** The ISO 3166 code of the country of phone numbers without a country code. */
  country?: string;
  /** What happens with stores, companies and segments that do not exist. */
  missing?: 'error' | 'create' | 'ignore';
  /** Names of segments that each contact gets. */
  segments?: string[];
  [option: string]: unknown;
}

/** What the server has found out about a file. */
export interface Preview {
  format: 'csv' | 'json' | 'vcard';
  encoding: string;
  delimiter?: string;
  /** Whether contactgraph has exported the file. */
  own: boolean;
  /** The program that wrote the file, if it is known. */
  preset?: string;
  columns: readonly { name: string; samples: readonly string[] | null }[];
  guess: Mapping;
  targets: readonly string[];
}

/** What an import may do to contacts. */
export type Policy = 'upsert' | 'create' | 'update';

/** How a file is imported. */
export interface ImportOptions {
  policy: Policy;
  /** Whether ids, secrets, times of registration and passwords are kept. */
  keepIds: boolean;
}

const partSize = 4 << 20; // bytes
const attempts = 5;

/**
 * Sends a file, and returns the number of the import. Calls onProgress with the part that was sent,
 * from 0 to 1.
 */
export async function uploadFile(
  file: File,
  { policy, keepIds }: ImportOptions,
  onProgress: (part: number) => void,
): Promise<number> {
  const query = new URLSearchParams({
    hold: 'true',
    fileName: file.name,
    policy,
    keepIds: String(keepIds),
  });
  let { id, size } = await send<{ id: number; size: number }>('POST', `/imports?${query}`, '');
  for (let failures = 0; size < file.size; ) {
    onProgress(size / file.size);
    try {
      const part = file.slice(size, size + partSize);
      ({ size } = await send<{ size: number }>('PATCH', `/imports/${id}?offset=${size}`, part));
      failures = 0;
    } catch (error) {
      failures += 1;
      if (!(error instanceof TypeError) || failures === attempts) throw error; // fetch has no other error for a lost connection
      await new Promise((resolve) => setTimeout(resolve, 300 * 2 ** failures));
      ({ size } = await send<{ size: number }>('GET', `/imports/${id}`));
    }
  }
  return id;
}

/**
 * Reads the columns of the file of an import, and its mapping: the one that it was planned with, or
 * the one that the server guesses.
 */
export async function readColumns(id: number): Promise<{ file: Preview; mapping: Mapping }> {
  const { file, mapping } = await send<{ file: Preview; mapping: Mapping | null }>(
    'GET',
    `/imports/${id}?columns=true`,
  );
  return { file, mapping: withAllColumns(file, mapping ?? file.guess) };
}

/** A mapping in the order of the columns of the file, with a rule for each of them. */
function withAllColumns({ columns }: Preview, mapping: Mapping): Mapping {
  return {
    ...mapping,
    columns: columns.flatMap(({ name }) => {
      const rules = (mapping.columns ?? []).filter(({ column }) => column === name);
      return rules.length > 0 ? rules : [{ column: name, to: '' }];
    }),
  };
}

/** Plans an import with a mapping; with null, as the file says it itself. */
export async function planImport(id: number, mapping: Mapping | null): Promise<void> {
  await send('POST', `/imports/${id}/plan`, mapping === null ? '' : JSON.stringify(mapping));
}

async function send<Result>(method: string, path: string, body?: BodyInit): Promise<Result> {
  const response = await fetch(path, {
    method,
    ...(body !== undefined && {
      body,
      headers: { 'Content-Type': 'application/octet-stream' },
    }),
  });
  if (!response.ok) {
    const error = new ExplainedError(await reasonOf(response));
    rememberRequestId(error, response.headers.get('X-Request-ID') ?? '');
    throw error;
  }
  return (await response.json()) as Result;
}

/** The sentences of an error response. */
async function reasonOf(response: Response): Promise<string> {
  const body = (await response.json().catch(() => ({}))) as {
    Message?: string;
    ModelState?: Record<string, string[]>;
  };
  const details = Object.values(body.ModelState ?? {}).flat();
  return details.join(' ') || body.Message || `The server returned an error (${response.status}).`;
}
