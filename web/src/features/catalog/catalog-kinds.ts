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
import type { Usage } from '../jobs/delete-used-dialog';

/** The kinds by the last segment of their page's path. */
export const catalogKinds = {
  stores: {
    title: 'Stores',
    singular: 'store',
    create: CreateStoreDocument,
    rename: RenameStoreDocument,
    remove: DeleteStoreDocument,
    maxLength: lengths.CreateStoreInput.name,
    usage: (id: string): Usage => ({
      clear: { filter: { storeId: id }, set: { preferredStoreId: null } },
      contacts: `/?store=${id}`,
    }),
  },
  companies: {
    title: 'Companies',
    singular: 'company',
    create: CreateCompanyDocument,
    rename: RenameCompanyDocument,
    remove: DeleteCompanyDocument,
    maxLength: lengths.CreateCompanyInput.name,
    usage: (id: string): Usage => ({
      clear: { filter: { companyId: id }, set: { companyId: null } },
      contacts: `/?company=${id}`,
    }),
  },
  segments: {
    title: 'Segments',
    singular: 'segment',
    create: CreateSegmentDocument,
    rename: RenameSegmentDocument,
    remove: DeleteSegmentDocument,
    maxLength: lengths.CreateSegmentInput.name,
    usage: (id: string): Usage => ({
      clear: { filter: { segmentId: id }, removeFromMembership: [id] },
      contacts: `/?segment=${id}`,
    }),
  },
} as const;

export type CatalogKind = keyof typeof catalogKinds;

export function isCatalogKind(text: string | undefined): text is CatalogKind {
  return text !== undefined && Object.hasOwn(catalogKinds, text);
}
