import { expect, type Locator, type Page } from '@playwright/test';

/** The page of a contact, on which a signed-in user edits it. */
export class ContactPage {
  readonly form: Locator;
  /** What the page shows after a save. */
  readonly savedNote: Locator;
  /** Where the user chooses between their value and the other person's. */
  readonly conflictDialog: Locator;
  /** The section with all changes. */
  readonly history: Locator;
  /** The changes, newest first. */
  readonly changes: Locator;

  constructor(readonly page: Page) {
    this.form = page.getByRole('form', { name: 'Contact' });
    this.savedNote = page.getByRole('status').filter({ hasText: /^Saved/ });
    this.conflictDialog = page.getByRole('dialog', { name: 'Someone else changed the same' });
    this.history = page.getByRole('region', { name: 'History' });
    this.changes = this.history.locator('.mantine-Timeline-item');
  }

  /** Opens the page by its address, and waits until the contact can be edited. */
  async open(id: number): Promise<void> {
    await this.page.goto(`/contacts/${id}`);
    await this.form.waitFor();
  }

  heading(name: string): Locator {
    return this.page.getByRole('heading', { level: 1, name });
  }

  /** The input with this label. */
  input(label: string): Locator {
    return this.form.getByLabel(label, { exact: true });
  }

  button(name: string): Locator {
    return this.page.getByRole('button', { name, exact: true });
  }

  /** Saves what was typed, and waits for the note that it was saved. */
  async save(): Promise<void> {
    await this.button('Save').click();
    await this.savedNote.waitFor();
  }

  /** Deletes the contact, and confirms it. */
  async delete(): Promise<void> {
    await this.button('Delete').click();
    await this.page
      .getByRole('dialog')
      .getByRole('button', { name: 'Delete', exact: true })
      .click();
    await this.heading('This contact was deleted').waitFor();
  }

  /** Chooses a side for a field of the conflict. */
  async choose(label: string, side: 'Yours' | 'Theirs'): Promise<void> {
    await this.conflictGroup(label)
      .getByRole('radio', { name: new RegExp(`^${side}`) })
      .check();
  }

  /** Saves what was chosen, and waits for the note that it was saved. */
  async saveChoices(): Promise<void> {
    await this.button('Save choices').click();
    await this.savedNote.waitFor();
  }

  /** The columns of a field of the conflict: the value before, theirs and yours. */
  conflictColumns(label: string): Locator {
    return this.conflictGroup(label).locator(':scope > div, :scope > label');
  }

  /** Expects the text of the newest change to match. */
  async expectNewest(text: RegExp): Promise<void> {
    await expectDisplayed(this.changes.first(), text);
  }

  private conflictGroup(label: string): Locator {
    return this.conflictDialog.getByRole('group', { name: label });
  }
}

/** Expects the text of an element to match as it is displayed, its lines joined by spaces. */
export async function expectDisplayed(locator: Locator, text: RegExp): Promise<void> {
  const displayed = async () => (await locator.innerText()).replaceAll(/\s+/g, ' ').trim();
  await expect.poll(displayed, { timeout: 60_000 }).toMatch(text);
}

/** A write that a page has sent. */
export interface Mutation {
  name: string;
  variables: { input: Record<string, unknown> };
  idempotencyKey: string | undefined;
}

interface GraphQLRequest {
  operationName: string;
  query: string;
  variables: Mutation['variables'];
}

/** Collects the mutations that a page sends, without those that sign in or out. */
export function collectMutations(page: Page): Mutation[] {
  const sent: Mutation[] = [];
  page.on('request', (request) => {
    if (request.method() !== 'POST' || !request.url().endsWith('/graphql')) return;
    const { operationName, query, variables } = request.postDataJSON() as GraphQLRequest;
    if (!query.startsWith('mutation') || /^Sign/.test(operationName)) return;
    sent.push({
      name: operationName,
      variables,
      idempotencyKey: request.headers()['idempotency-key'],
    });
  });
  return sent;
}

/** Reports whether the request writes. */
export function isMutation(request: { postDataJSON(): unknown }): boolean {
  return /^mutation/.test((request.postDataJSON() as GraphQLRequest | null)?.query ?? '');
}
