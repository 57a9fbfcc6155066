import { property } from './api';
import { ContactPage, expectDisplayed } from './contact-page';
import { checkAppearance, expect, test } from './fixtures';

test.use({ contacts: 40 });

test('the history shows who changed what, when and how, and undoes it', async ({
  agentPage: page,
  api,
  server,
  step,
}) => {
  const contact = new ContactPage(page);
  const { changes } = contact;
  const undo = (index: number) =>
    changes
      .nth(index)
      .getByRole('button', { name: /^Undo the change of / })
      .click();
  const alert = contact.history.getByRole('alert').filter({ hasText: 'Not undone' });

  await step('each kind of field', async () => {
    await contact.open(7);
    const at = String.raw`\d{1,2} \w+ \d{4}, \d\d:\d\d, via`;
    await api.update(7, { firstName: 'Eleonora', phone: null });
    await contact.expectNewest(
      new RegExp(`^Changed by demo-admin ${at} GraphQL .*First name: Nora → Eleonora`),
    );
    await contact.expectNewest(/Phone: \(02\) 5550 0000 → –/);
    await api.update(7, { preferredStoreId: '8', companyId: '2', limitMailsPermanently: true });
    await contact.expectNewest(/Preferred store: Leeds → Berlin/);
    await contact.expectNewest(/Company: – → Example Outdoor/);
    await contact.expectNewest(/No marketing email: No → Yes/);
    await api.update(7, { limitMailsTemporarilyUntil: '2030-02-03T04:05:00Z' });
    await contact.expectNewest(/No marketing email until: – → 3 Feb 2030, 04:05/);
    await api.update(7, { newPassword: 'a secret of Nora' });
    await contact.expectNewest(/Password: •••••• → ••••••/);
    await expect(changes.first().getByRole('button'), 'a password cannot be undone').toHaveCount(0);
    await api.setDetails(7, {
      logins: [
        { name: 'nora', type: 'BLANK' },
        { name: 'n@example.com', type: 'BOUNCED' },
      ],
      membership: ['1', '12'],
    });
    await contact.expectNewest(
      /Logins: nora\.vogel@example\.org \(Google account\) → n@example\.com \(Bounced email\), nora/,
    );
    await contact.expectNewest(
      /Segments: New Arrivals, Product Tests, Students → Newsletter, Summer Campaign/,
    );
    await api.setDetails(7, {
      properties: [...property(4, '2001-02-03').properties, ...property(5, '1234567').properties],
    });
    await contact.expectNewest(/Birthday: 24 Jun 1993 → 3 Feb 2001/);
    await contact.expectNewest(/Household Size: – → 1,234,567/);
    await api.setDetails(7, {
      properties: [...property(6, '12.50').properties, ...property(8, 'German').properties],
    });
    await contact.expectNewest(/Discount: – → 12\.50/);
    await contact.expectNewest(/Language: Swedish → German/);
    await api.setDetails(7, property(9, 'chess', 'rowing'));
    await contact.expectNewest(/Interests: – → chess, rowing/);
  });

  await step('each API', async () => {
    const iservice = {
      contactID: 7,
      details: { properties: [{ propertyID: '1', values: [{ value: 'Nora' }] }] },
    };
    await send(server.url, 'POST', '/f/webapp-api-custinfo?api=setdetails', iservice);
    await contact.expectNewest(
      /^Changed by demo-agent .* via iService First name: Eleonora → Nora/,
    );
    const now = await send(server.url, 'GET', '/api/v1/Contacts/7');
    await send(server.url, 'PUT', '/api/v1/Contacts/7', { ...now, LastName: 'Rest' });
    await contact.expectNewest(/^Changed by demo-agent .* via REST .*Last name: Vogel → Rest/);
    await checkAppearance(page, 'history');
    await page.reload();
    await contact.expectNewest(/^Changed by demo-agent .* via REST .*Last name: Vogel → Rest/);
    const shown = (await changes.allInnerTexts()).join('\n');
    for (const secret of ['a secret of Nora', 'null', 'undefined', '[object'])
      expect(shown).not.toContain(secret);
    await expectDisplayed(changes.last(), /^Created by the server.*via import/);
  });

  await step('page by page', async () => {
    for (let i = 1; i <= 45; i++) await api.update(8, { lastName: `Number ${i}` });
    await contact.open(8);
    await expect(changes).toHaveCount(20);
    await api.update(8, { lastName: 'Number 46' }); // a new change does not shift the pages
    await expect(changes).toHaveCount(21);
    for (const count of [41, 47]) {
      await contact.button('Show older changes').click();
      await expect(changes).toHaveCount(count);
    }
    await expect(contact.button('Show older changes')).toHaveCount(0);
    const numbers = (await changes.allInnerTexts()).map((text) => /→ Number (\d+)/.exec(text)?.[1]);
    expect(numbers).toEqual([...Array.from({ length: 46 }, (_, i) => `${46 - i}`), undefined]);
  });

  await step('undo a change, and undo that', async () => {
    const { lastName, phone } = await api.stored(9);
    await api.update(9, { lastName: 'Wrong', phone: '555 0109' });
    await api.update(9, { firstName: 'Later' });
    await contact.open(9);
    await undo(1);
    await contact.expectNewest(/^Undo by Demo Agent .*Phone: 555 0109 → .*Last name: Wrong → /);
    await api.expectStored(9, { lastName, phone, firstName: 'Later' });
    await expect(contact.input('Last name')).toHaveValue(lastName ?? '');
    await expectDisplayed(changes.nth(2), /later undone/);
    await expect(changes.nth(2).getByRole('button')).toHaveCount(0);
    await undo(0);
    await contact.expectNewest(/^Undo by Demo Agent .*Last name: .* → Wrong/);
    await api.expectStored(9, { lastName: 'Wrong', phone: '555 0109', firstName: 'Later' });
    const [newest, undone] = await api.changes(9);
    expect(newest?.undoes).toBe(undone?.id);
  });

  await step('a change that later changes overlap is not undone', async () => {
    await api.update(10, { lastName: 'First', email: 'first@example.com', phone: '555 0110' });
    await api.update(10, { lastName: 'Second' });
    await api.update(10, { email: 'second@example.com' }, 'demo-agent');
    await contact.open(10);
    await undo(2);
    await expect(alert).toContainText('Email (demo-agent)');
    await expect(alert).toContainText('Last name (demo-admin)');
    await expect(alert).not.toContainText('Phone');
    await api.expectStored(10, {
      lastName: 'Second',
      email: 'second@example.com',
      phone: '555 0110',
    });
    await checkAppearance(page, 'undo-refused');
    await undo(0);
    await contact.expectNewest(
      /^Undo by Demo Agent .*Email: second@example\.com → first@example\.com/,
    );
    await alert.waitFor({ state: 'detached' });
  });

  await step('restore a deleted contact', async () => {
    const { version: _, ...before } = await api.stored(11);
    await contact.open(11);
    await contact.delete();
    await page.getByText(/^Deleted by Demo Agent, /).waitFor();
    expect(await api.exists(11)).toBe(false);
    await page.reload();
    await contact.heading('This contact was deleted').waitFor();
    await checkAppearance(page, 'deleted');
    await contact.button('Restore').click();
    await contact.form.waitFor();
    await contact.expectNewest(/^Undo by Demo Agent/);
    const { version: __, ...after } = await api.stored(11);
    expect(after).toEqual(before);
    expect(await changes.count(), 'each change once').toBe(3);
    await api.update(11, { firstName: 'Followed' }); // its changes are shown again
    await contact.expectNewest(/First name: .* → Followed/);
  });

  await step('a contact that was deleted earlier is found by its address', async () => {
    await api.delete(12, 'demo-admin');
    await page.goto('/contacts/12');
    await page.getByText(/^Deleted by demo-admin, /).waitFor();
    await page.goto('/contacts/999999');
    await page.getByRole('heading', { name: 'Contact not found' }).waitFor();
  });
});

/** Sends a REST request, and returns the response's JSON. */
async function send(
  url: string,
  method: string,
  path: string,
  body?: unknown,
): Promise<Record<string, unknown>> {
  const headers = { 'X-ApiKey': 'demo-agent', 'Content-Type': 'application/json' };
  const response = await fetch(`${url}${path}`, {
    method,
    headers,
    body: body === undefined ? null : JSON.stringify(body),
  });
  const text = await response.text();
  expect(response.ok, `${method} ${path}: ${response.status} ${text}`).toBe(true);
  return text ? (JSON.parse(text) as Record<string, unknown>) : {};
}
