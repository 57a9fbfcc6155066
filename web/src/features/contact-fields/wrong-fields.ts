import type { UserError } from 'contactgraph-client';
import type { Catalog } from '../../lib/catalog';
import { fieldAt, inFormOrder } from './fields';

/** Says which fields of the form have errors; empty if none has. */
export function wrongFields(errors: readonly UserError[], catalog: Catalog): string {
  const paths = new Set(errors.flatMap(({ path }) => path ?? []));
  const labels = inFormOrder([...paths]).map((path) => fieldAt(path, catalog).label);
  if (labels.length === 0) return '';
  return `${labels.length === 1 ? '1 field is' : `${labels.length} fields are`} wrong: ${labels.join(', ')}`;
}
