// What the server has written into the page.
import type { ViewerRole } from '../gql';

/** Somebody whom one can sign in as on a server with demo data. */
export interface SignIn {
  role: ViewerRole;
  account: string;
  login: string;
  password: string;
}

interface Settings {
  /** What one can try the demo data with; null on a server without. */
  demo: { key: string; signIns: SignIn[] } | null;
}

const element = document.getElementById('settings');

export const settings: Settings = JSON.parse(element?.textContent ?? 'null') ?? { demo: null };

/** What the page's Content-Security-Policy asks of style elements. */
export const nonce = element?.nonce ?? '';
