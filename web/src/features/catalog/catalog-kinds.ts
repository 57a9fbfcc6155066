// The things that contacts refer to by name. They are managed alike.
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

/** What they are called, by the last part of the page's address. */
export const nouns = {
  stores: {
    title: 'Stores',
    one: 'store',
    create: CreateStoreDocument,
    rename: RenameStoreDocument,
    remove: DeleteStoreDocument,
    maxLength: lengths.createStore.name,
  },
  companies: {
    title: 'Companies',
    one: 'company',
    create: CreateCompanyDocument,
    rename: RenameCompanyDocument,
    remove: DeleteCompanyDocument,
    maxLength: lengths.createCompany.name,
  },
  segments: {
    title: 'Segments',
    one: 'segment',
    create: CreateSegmentDocument,
    rename: RenameSegmentDocument,
    remove: DeleteSegmentDocument,
    maxLength: lengths.createSegment.name,
  },
} as const;

/** One of them. */
export type Noun = keyof typeof nouns;

/** Whether the address names one of them. */
export function isNoun(text: string | undefined): text is Noun {
  return text !== undefined && Object.hasOwn(nouns, text);
}
