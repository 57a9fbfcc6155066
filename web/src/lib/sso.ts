// Sign-ins by the OpenID Connect provider. The server sends the browser to the provider and back:
// see internal/sso.

/** The pages that show how a sign-in ended. */
export const signInPaths = { done: '/sign-in/done', failed: '/sign-in/failed' };

/** The path to return to in a tab that was opened only for the sign-in. */
export const closeTab = '/sign-in/close';

/** The address that starts a sign-in, which then returns to a path of the console. */
export function startAddress(returnTo: string): string {
  return `/auth/oidc/start?${new URLSearchParams({ return: returnTo })}`;
}

/**
 * The path of the console that a text is; `/` for any other text. The text is in an address, which
 * can be that of another site.
 */
export function returnPath(text: string | null, origin: string): string {
  if (text === closeTab) return text;
  try {
    const url = new URL(text ?? '/', origin);
    const own = url.origin === origin && /^\/($|contacts\/|manage\/)/.test(url.pathname);
    return own ? url.pathname + url.search : '/';
  } catch {
    return '/';
  }
}

/** Why a sign-in failed: what happened, and what to do. */
interface Reason {
  /** After "because", for the activity. */
  because: string;
  /** For the person. */
  text: string;
}

/** The reasons, by the word in the address. The server has the same list: see internal/sso. */
export const reasons: Record<string, Reason> = {
  BUSY: {
    because: 'there were too many attempts',
    text: 'There were too many attempts to sign in. Try again in a minute.',
  },
  STATE: {
    because: 'it had expired or was used before',
    text: 'This sign-in has expired, was used before, or began in another browser. Start again.',
  },
  DENIED: {
    because: 'it was denied at the provider',
    text: 'The sign-in was cancelled or denied at the provider. You can start again.',
  },
  UNAVAILABLE: {
    because: 'the provider could not be reached',
    text: 'The provider cannot be reached at the moment. Try again in a few minutes.',
  },
  INVALID: {
    because: 'the response of the provider could not be verified',
    text: 'The response of the provider could not be verified. Try again. If it happens again, report it to the operator of this server.',
  },
  CLOCK: {
    because: 'the clocks of the provider and the server differ',
    text: 'The clocks of the provider and this server differ by more than a minute. Report it to the operator of this server.',
  },
  NO_ACCOUNT: {
    because: 'the account does not exist',
    text: 'There is no account here for you. Ask your administrator to check the settings of the provider.',
  },
  SUSPENDED: {
    because: 'the account was suspended',
    text: 'Your account is suspended. Ask the operator of this server.',
  },
  NO_ROLE: {
    because: 'none of the groups has a role',
    text: 'None of your groups at the provider may use this server. Ask your administrator to add you to a group that may.',
  },
  NO_EMAIL: {
    because: 'the provider reported no verified email address',
    text: 'The provider reports no verified email address for you, which the first sign-in needs. Verify your address there, and start again.',
  },
  UNKNOWN_USER: {
    because: 'there is no such user',
    text: 'There is no user for you yet. Ask your administrator to create one with your email address as the login.',
  },
  NOT_LINKED: {
    because: 'a user with this login signs in differently',
    text: 'A user with your email address exists and signs in differently. Sign in with the password, or ask your administrator to allow the provider for this user.',
  },
  DISABLED: {
    because: 'the user is disabled',
    text: 'Your user is disabled. Ask your administrator to enable it.',
  },
  LAST_ADMIN: {
    because: 'the last admin would get a lower role',
    text: 'You are the last admin of the account, but your groups at the provider give you a lower role. Ask the operator of this server to create another admin first.',
  },
  NOT_READY: {
    because: 'the server was starting',
    text: 'The server is starting. Try again in a moment.',
  },
  FAULT: {
    because: 'of an error of the server',
    text: 'The server had an error. Try again in a moment.',
  },
};
