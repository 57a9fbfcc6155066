// The pages to which the navigation links.
import type { ViewerPartsFragment } from '../gql';

/** A link to a page. */
export interface NavItem {
  to: string;
  label: string;
}

/** The pages that the viewer can open. */
export function navItemsOf({ role }: ViewerPartsFragment, mayMerge: boolean): NavItem[] {
  if (role === 'CUSTOMER') return [{ to: '/', label: 'My details' }];
  const items = [
    { to: '/', label: 'Contacts' },
    ...(mayMerge ? [{ to: '/manage/duplicates', label: 'Duplicates' }] : []),
    { to: '/manage/trash', label: 'Trash' },
    { to: '/manage/imports', label: 'Imports' },
  ];
  if (role === 'AGENT') return items;
  return [
    ...items,
    { to: '/manage/stores', label: 'Stores' },
    { to: '/manage/companies', label: 'Companies' },
    { to: '/manage/segments', label: 'Segments' },
    { to: '/manage/properties', label: 'Properties' },
  ];
}

/** The pages where admins set up their account. */
export const settingsItems: NavItem[] = [
  { to: '/manage/people', label: 'People' },
  { to: '/manage/roles', label: 'Roles' },
  { to: '/manage/api-keys', label: 'API keys' },
  { to: '/manage/activity', label: 'Activity' },
  { to: '/manage/account', label: 'Account' },
];

/** Separate HTML pages, which the router does not know. */
export const developerItems: NavItem[] = [
  { to: '/playground', label: 'Playground' },
  { to: '/docs/graphql', label: 'GraphQL docs' },
  { to: '/docs', label: 'REST docs' },
];
