// All routes of the console. The server answers each of their paths with console.html: see
// internal/server/routes.go.
import { useState } from 'react';
import { createBrowserRouter, Navigate, type RouteObject, RouterProvider } from 'react-router';
import { NotFound, PageError } from '../components/not-found';
import type { ViewerPartsFragment } from '../gql';
import { Shell } from './shell';

const contactRoute: RouteObject = {
  path: '/contacts/:id',
  lazy: async () => ({ Component: (await import('../features/contact/contact-page')).ContactPage }),
};

const staffRoutes: RouteObject[] = [
  {
    index: true,
    lazy: async () => ({
      Component: (await import('../features/contacts/contacts-page')).ContactsPage,
    }),
  },
  {
    path: '/contacts/new',
    lazy: async () => ({
      Component: (await import('../features/new-contact/new-contact-page')).NewContactPage,
    }),
  },
  {
    path: '/contacts/merge',
    lazy: async () => ({ Component: (await import('../features/merge/merge-page')).MergePage }),
  },
  {
    path: '/manage/duplicates',
    lazy: async () => ({
      Component: (await import('../features/duplicates/duplicates-page')).DuplicatesPage,
    }),
  },
  {
    path: '/manage/trash',
    lazy: async () => ({ Component: (await import('../features/trash/trash-page')).TrashPage }),
  },
  {
    path: '/manage/imports',
    lazy: async () => ({
      Component: (await import('../features/imports/imports-page')).ImportsPage,
    }),
  },
  {
    path: '/manage/jobs/:id',
    lazy: async () => ({ Component: (await import('../features/imports/job-page')).JobPage }),
  },
  {
    path: '/manage/security',
    lazy: async () => ({
      Component: (await import('../features/security/security-page')).SecurityPage,
    }),
  },
];

const adminRoutes: RouteObject[] = [
  {
    path: '/manage/properties',
    lazy: async () => ({
      Component: (await import('../features/properties/properties-page')).PropertiesPage,
    }),
  },
  {
    path: '/manage/people',
    lazy: async () => ({
      Component: (await import('../features/people/people-page')).PeoplePage,
    }),
  },
  {
    path: '/manage/roles',
    lazy: async () => ({
      Component: (await import('../features/roles/roles-page')).RolesPage,
    }),
  },
  {
    path: '/manage/api-keys',
    lazy: async () => ({
      Component: (await import('../features/api-keys/api-keys-page')).ApiKeysPage,
    }),
  },
  {
    path: '/manage/activity',
    lazy: async () => ({
      Component: (await import('../features/activity/activity-page')).ActivityPage,
    }),
  },
  {
    path: '/manage/account',
    lazy: async () => ({
      Component: (await import('../features/account/account-page')).AccountPage,
    }),
  },
  {
    path: '/manage/:kind',
    lazy: async () => ({
      Component: (await import('../features/catalog/catalog-page')).CatalogPage,
    }),
  },
];

/**
 * The routes of the viewer's role. They are for convenience: the server decides what a page may
 * show.
 */
function routesOf({ role, contact }: ViewerPartsFragment): RouteObject[] {
  switch (role) {
    case 'CUSTOMER':
      return [
        { index: true, element: <Navigate to={`/contacts/${contact?.contactId}`} replace /> },
        contactRoute,
      ];
    case 'AGENT':
      return [...staffRoutes, contactRoute];
    case 'ADMIN':
      return [...staffRoutes, contactRoute, ...adminRoutes];
  }
}

/** The page at the browser's path, inside the shell. */
export function Routes({ viewer }: { viewer: ViewerPartsFragment }) {
  const [router] = useState(() =>
    createBrowserRouter([
      {
        element: <Shell />,
        hydrateFallbackElement: <Shell />,
        children: [
          {
            errorElement: <PageError />,
            children: [...routesOf(viewer), { path: '*', element: <NotFound /> }],
          },
        ],
      },
    ]),
  );
  return <RouterProvider router={router} />;
}
