// The pages for people who have forgotten their password.

export const passwordResetPaths = {
  request: '/sign-in/forgotten-password',
  /** The token follows after a #, so that it is in no log: see internal/reset/links.go. */
  set: '/sign-in/new-password',
};

/**
 * Returns the token in the address of the page, and removes it from the address, so that it is
 * neither in the history of the browser nor on the screen.
 */
export function takeToken(): string {
  const token = window.location.hash.slice(1);
  if (token !== '') window.history.replaceState(null, '', window.location.pathname);
  return token;
}
