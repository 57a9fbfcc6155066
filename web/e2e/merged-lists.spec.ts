import { type Details, parseLogin, property } from './api';
import { ContactPage } from './contact-page';
import { expect, test } from './fixtures';

const middleInitial = 2;
const interests = 9;

test('two people edit the values of one property: each value merges by itself', async ({
  agentPage,
  api,
  step,
}) => {
  const mine = new ContactPage(agentPage);
  const add = async (value: string, place: number) => {
    await mine.button('Add Interests').click();
    await mine.input(`Interests ${place}`).fill(value);
  };
  const stored = async (id: number) => (await api.stored(id)).properties[interests];
  const list = (...values: string[]) => property(interests, ...values);
  const start = async (id: number) => {
    await api.setDetails(id, list('books', 'chess'));
    await mine.open(id);
  };

  await step('additions and removals of both sides merge', async () => {
    await start(7);
    await add('golf', 3);
    await api.setDetails(7, list('films', 'books'));
    await mine.save();
    await expect(mine.savedNote).toContainText(
      'Interests: books, chess → films, books, by demo-admin',
    );
    expect(await stored(7)).toEqual(['films', 'books', 'golf']);
    await expect(mine.input('Interests 3')).toHaveValue('golf');
  });

  await step('two notes on the same value conflict', async () => {
    await start(8);
    await mine.button('Add note on Interests 1').click();
    await mine.input('Note on Interests 1').fill('mine');
    const described = { value: 'books', description: 'theirs' };
    const details: Details = {
      properties: [{ propertyId: `${interests}`, values: [described, { value: 'chess' }] }],
    };
    await api.setDetails(8, details);
    await mine.button('Save').click();
    await expect(mine.conflictColumns('Interests').nth(1)).toContainText('books (theirs), chess');
    await expect(mine.conflictColumns('Interests').nth(2)).toContainText('books (mine), chess');
    await mine.choose('Interests', 'Yours');
    await mine.saveChoices();
    await expect(mine.input('Note on Interests 1')).toHaveValue('mine');
  });

  await step('the choice in another field keeps the values of both sides', async () => {
    await start(9);
    const { logins } = await api.stored(9);
    await add('golf', 3);
    await mine.button('Add login').click();
    await mine.input(`Login ${logins.length + 1}`).fill('mine@example.com');
    await mine.input('Middle Initial').fill('M');
    const login = parseLogin('theirs@example.com BLANK');
    const theirs = [
      ...list('books', 'films').properties,
      ...property(middleInitial, 'T').properties,
    ];
    await api.setDetails(9, { properties: theirs, logins: [...logins.map(parseLogin), login] });
    await mine.button('Save').click();
    await expect(mine.conflictDialog.getByRole('group')).toHaveCount(1);
    await mine.choose('Middle Initial', 'Yours');
    await mine.saveChoices();
    expect(await stored(9)).toEqual(['books', 'films', 'golf']);
    expect((await api.stored(9)).properties[middleInitial]).toEqual(['M']);
    await api.expectStored(9, {
      logins: [...logins, 'mine@example.com EMAIL', 'theirs@example.com BLANK'].sort(),
    });
  });
});
