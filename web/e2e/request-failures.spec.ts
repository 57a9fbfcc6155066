import type { Route } from '@playwright/test';
import { ContactPage, collectMutations, isMutation } from './contact-page';
import { checkAppearance, expect, signIn, test } from './fixtures';

test.use({ contacts: 40 });

test('a failed write is reported, keeps what was typed, and is applied once', async ({
  api,
  page,
  step,
  expectErrors,
}) => {
  const contact = new ContactPage(page);
  const sent = collectMutations(page);
  const fault = page
    .getByRole('alert')
    .filter({ hasText: 'We could not confirm that this was saved' });
  const firstName = contact.input('First name');
  const { savedNote } = contact;
  const resetErrors = [/ERR_CONNECTION_RESET: POST/, /console error: Failed to load/];

  // What happens to the next writes, one function each.
  let outcomes: ((route: Route) => Promise<void>)[] = [];
  await page.route('**/graphql', (route) => {
    const outcome = isMutation(route.request()) ? outcomes.shift() : undefined;
    return outcome ? outcome(route) : route.continue();
  });

  const openAndType = async (id: number) => {
    await contact.open(id);
    await firstName.fill('Typed');
  };
  const saveInVain = async () => {
    await contact.button('Save').click();
    await fault.waitFor();
  };
  const expectAppliedOnce = async (id: number) => {
    await api.expectStored(id, { firstName: 'Typed' });
    expect(await api.changes(id), 'the creation and one change').toHaveLength(2);
  };

  await step('sign in', () => signIn(page));

  for (const [id, status] of [
    [7, 503],
    [8, 500],
  ] as const) {
    await step(`the server responds with ${status}`, async () => {
      await openAndType(id);
      let requestId = '';
      outcomes = [
        (route) => {
          requestId = route.request().headers()['x-request-id'] ?? '';
          return route.fulfill({ status, contentType: 'text/plain', body: 'not now' });
        },
      ];
      await expectErrors(
        page,
        [new RegExp(`${status} POST /graphql`), /console error: Failed to load/],
        saveInVain,
      );
      await expect(fault).toContainText(`The server returned an error (${status})`);
      expect(requestId).not.toBe('');
      await fault.getByText(requestId, { exact: true }).waitFor();
      await expect(firstName).toHaveValue('Typed');
      await checkAppearance(page, `fault-${status}`);
      await contact.save();
      await expect(fault).toHaveCount(0);
      await expectAppliedOnce(id);
    });
  }

  await step('the server cannot be reached', async () => {
    await openAndType(9);
    outcomes = Array.from({ length: 4 }, () => (route: Route) => route.abort('connectionrefused'));
    await expectErrors(
      page,
      [/ERR_CONNECTION_REFUSED: POST/, /console error: Failed to load/],
      saveInVain,
    );
    await expect(fault).toContainText('cannot be reached');
    await expect(firstName).toHaveValue('Typed');
    await contact.button('Try again').click();
    await savedNote.waitFor();
    await expectAppliedOnce(9);
  });

  const loseResponse = async (route: Route) => {
    await route.fetch();
    await route.abort('connectionreset');
  };
  await step('a response is lost: the page repeats the request', async () => {
    await openAndType(10);
    outcomes = [loseResponse];
    const before = sent.length;
    await expectErrors(page, resetErrors, () => contact.save());
    const [first, ...repeats] = sent.slice(before);
    expect(repeats, 'the same request once more').toEqual([first]);
    await expect(savedNote.getByRole('listitem')).toHaveCount(0);
    await expectAppliedOnce(10);
  });

  await step(
    'all responses are lost: saving again is no conflict with the own change',
    async () => {
      await openAndType(11);
      outcomes = [loseResponse, loseResponse, loseResponse, loseResponse];
      await expectErrors(page, resetErrors, saveInVain);
      await contact.button('Try again').click();
      await savedNote.waitFor();
      await api.expectStored(11, { firstName: 'Typed' });
      const updates = (await api.changes(11)).filter(({ kind }) => kind === 'UPDATE');
      expect(
        updates.flatMap(({ fields }) => fields),
        'the value is written once',
      ).toHaveLength(1);
    },
  );

  await step('a slow response: the form is busy, and the write is sent once', async () => {
    await openAndType(12);
    let respond = () => {};
    const busyChecked = new Promise<void>((done) => {
      respond = done;
    });
    outcomes = [
      async (route) => {
        await busyChecked;
        await route.continue();
      },
    ];
    const before = sent.length;
    await contact.button('Save').dblclick();
    const submit = contact.form.locator('button[type="submit"]');
    await expect(submit).toHaveAttribute('data-loading', 'true');
    await expect(submit).toBeDisabled();
    await firstName.press('Enter');
    await page.waitForTimeout(200); // for a second request to be sent
    respond();
    await savedNote.waitFor();
    expect(sent.length - before).toBe(1);
    await expectAppliedOnce(12);
  });
});
