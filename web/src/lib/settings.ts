// The settings that the server writes into the page.
import type { ViewerRole } from '../gql';

/** A sign-in that a server with demo data offers. */
export interface SignIn {
  role: ViewerRole;
  account: string;
  login: string;
  password: string;
}

interface Settings {
  /** An API key and sign-ins for the demo data; null on a server without. */
  demo: { key: string; signIns: SignIn[] } | null;
  /** The OpenID Connect provider that staff can sign in by; null on a server without. */
  sso: { name: string } | null;
  /** Whether the server sends links for new passwords by email. */
  passwordReset: boolean;
}

const element = document.getElementById('settings');

export const settings: Settings = JSON.parse(element?.textContent ?? 'null') ?? {
  demo: null,
  sso: null,
  passwordReset: false,
};

/** The nonce that the page's Content-Security-Policy requires of style elements. */
export const nonce = element?.nonce ?? '';
