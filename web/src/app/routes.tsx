// All pages, by their addresses. The server answers each of them with the console: see internal/server/routes.go.
import { useState } from 'react';
import { createBrowserRouter, Navigate, type RouteObject, RouterProvider } from 'react-router';
import { Broken, NoPage } from '../components/not-found';
import type { ViewerPartsFragment } from '../gql';
import { Shell } from './shell';

const contact: RouteObject = {
  path: '/contacts/:id',
  lazy: async () => ({ Component: (await import('../features/contact/contact-page')).ContactPage }),
};

const staffPages: RouteObject[] = [
  { index: true, lazy: async () => ({ Component: (await import('../features/contacts/contacts-page')).ContactsPage }) },
  {
    path: '/contacts/new',
    lazy: async () => ({ Component: (await import('../features/new-contact/new-contact-page')).NewContactPage }),
  },
];

const adminPages: RouteObject[] = [
  {
    path: '/manage/properties',
    lazy: async () => ({ Component: (await import('../features/properties/properties-page')).PropertiesPage }),
  },
  {
    path: '/manage/:noun',
    lazy: async () => ({ Component: (await import('../features/catalog/catalog-page')).CatalogPage }),
  },
];

/** The pages that the viewer may use. What a page shows is for the server to say: an address gives nobody more. */
function pagesOf({ role, contact: own }: ViewerPartsFragment): RouteObject[] {
  switch (role) {
    case 'CUSTOMER':
      return [{ index: true, element: <Navigate to={`/contacts/${own?.contactId}`} replace /> }, contact];
    case 'AGENT':
      return [...staffPages, contact];
    case 'ADMIN':
      return [...staffPages, contact, ...adminPages];
  }
}

/** The page of the address that the browser is at, in its frame. */
export function Pages({ viewer }: { viewer: ViewerPartsFragment }) {
  const [router] = useState(() =>
    createBrowserRouter([
      {
        element: <Shell />,
        hydrateFallbackElement: <Shell />,
        children: [{ errorElement: <Broken />, children: [...pagesOf(viewer), { path: '*', element: <NoPage /> }] }],
      },
    ]),
  );
  return <RouterProvider router={router} />;
}
