import { expect, type Locator, type Page } from '@playwright/test';

declare global {
  interface Window {
    __MONACO: { editor: { getModels(): { uri: { path: string }; getValue(): string }[] } };
  }
}

/** A response of the GraphQL API. */
export interface GraphQLResponse<T> {
  data: T;
  errors?: { message: string }[];
}

/** The page on which developers try the GraphQL API. */
export class PlaygroundPage {
  readonly runButton: Locator;
  readonly stopButton: Locator;
  readonly tabs: Locator;
  readonly currentTab: Locator;

  constructor(readonly page: Page) {
    this.runButton = this.button('Execute query (Ctrl-Enter)');
    this.stopButton = this.button('Stop query (Ctrl-Enter)');
    this.tabs = page.getByRole('list', { name: 'Select active operation' }).getByRole('listitem');
    this.currentTab = this.tabs.locator('[aria-current="true"]');
  }

  /** Opens the page, and waits until the editors can be used and it knows the schema. */
  async open(): Promise<void> {
    const schema = this.page.waitForResponse(
      (r) => r.request().postData()?.includes('IntrospectionQuery') ?? false,
    );
    await this.page.goto('/playground');
    await this.editor('Operation Editor').locator('.view-line').first().waitFor();
    await schema;
  }

  button(name: string): Locator {
    return this.page.getByRole('button', { name, exact: true });
  }

  editor(name: string): Locator {
    return this.page.getByRole('region', { name, exact: true });
  }

  /** Opens the tab, and waits until the editor has its operation. */
  async openTab(name: string): Promise<void> {
    await this.button(name).click();
    await this.expectOperation(new RegExp(`\\b${name}\\b`));
  }

  /** Opens an empty tab. */
  async openNewTab(): Promise<void> {
    await this.button('New tab').click();
    await this.expectOperation(/^$/);
  }

  /** Waits until the editor has an operation that matches, and the page has taken it over. */
  async expectOperation(text: RegExp): Promise<void> {
    await expect.poll(() => this.text('operation.graphql')).toMatch(text);
    await this.page.waitForTimeout(300);
  }

  /** Runs the operation in the editor, waits until the response is shown, and returns it. */
  async run<T>(): Promise<GraphQLResponse<T>> {
    const [response] = await Promise.all([
      this.page.waitForResponse(
        (r) => new URL(r.url()).pathname === '/graphql' && r.request().method() === 'POST',
      ),
      this.runButton.click(),
    ]);
    const result = (await response.json()) as GraphQLResponse<T>;
    await expect(async () => expect(JSON.parse(await this.response())).toEqual(result)).toPass({
      timeout: 60_000,
    });
    return result;
  }

  /** Starts the subscription in the editor, and waits for its first change. */
  async subscribe(contactId: number): Promise<void> {
    await this.runButton.click();
    await this.stopButton.waitFor();
    await expect(async () => {
      const { data } = JSON.parse(await this.response()) as GraphQLResponse<{
        contactChanges: { contactId: number };
      }>;
      expect(data.contactChanges.contactId).toBe(contactId);
    }).toPass({ timeout: 60_000 });
  }

  async unsubscribe(): Promise<void> {
    await this.stopButton.click();
    await this.runButton.waitFor();
  }

  /** Replaces the text of an editor. */
  async write(editor: string, text: string): Promise<void> {
    await this.editor(editor).locator('.view-lines:visible').click();
    await this.page.keyboard.press('ControlOrMeta+A');
    await this.page.keyboard.press('Delete');
    await this.page.keyboard.insertText(text);
    // The page takes over what was written a moment later.
    await this.page.waitForTimeout(300);
  }

  async writeHeaders(text: string): Promise<void> {
    await this.button('Headers').click();
    await this.write('Headers', text);
    expect(await this.headers()).toBe(text);
  }

  response(): Promise<string> {
    return this.text('response.json');
  }

  headers(): Promise<string> {
    return this.text('request-headers.json');
  }

  /** Expects that the browser stores none of these texts. */
  async expectNotStored(...secrets: string[]): Promise<void> {
    const stored = await this.page.evaluate(() =>
      JSON.stringify([{ ...localStorage }, { ...sessionStorage }]),
    );
    for (const secret of secrets) expect(stored).not.toContain(secret);
  }

  /** The whole text of an editor: the page itself has only the lines that are in sight. */
  private text(file: string): Promise<string> {
    return this.page.evaluate((file) => {
      const model = window.__MONACO.editor.getModels().find((m) => m.uri.path.endsWith(file));
      if (!model) throw new Error(`no editor has ${file}`);
      return model.getValue();
    }, file);
  }
}
