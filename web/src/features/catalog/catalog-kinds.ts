// The kinds of objects in the catalog whose pages are alike.
import {
  CreateCompanyDocument,
  CreateSegmentDocument,
  CreateStoreDocument,
  DeleteCompanyDocument,
  DeleteSegmentDocument,
  DeleteStoreDocument,
  RenameCompanyDocument,
  RenameSegmentDocument,
  RenameStoreDocument,
} from '../../gql';
import { lengths } from '../../gql/lengths';

/** The kinds by the last segment of their page's path. */
export const catalogKinds = {
  stores: {
    title: 'Stores',
    singular: 'store',
    create: CreateStoreDocument,
    rename: RenameStoreDocument,
    remove: DeleteStoreDocument,
    maxLength: lengths.CreateStoreInput.name,
  },
  companies: {
    title: 'Companies',
    singular: 'company',
    create: CreateCompanyDocument,
    rename: RenameCompanyDocument,
    remove: DeleteCompanyDocument,
    maxLength: lengths.CreateCompanyInput.name,
  },
  segments: {
    title: 'Segments',
    singular: 'segment',
    create: CreateSegmentDocument,
    rename: RenameSegmentDocument,
    remove: DeleteSegmentDocument,
    maxLength: lengths.CreateSegmentInput.name,
  },
} as const;

export type CatalogKind = keyof typeof catalogKinds;

export function isCatalogKind(text: string | undefined): text is CatalogKind {
  return text !== undefined && Object.hasOwn(catalogKinds, text);
}
