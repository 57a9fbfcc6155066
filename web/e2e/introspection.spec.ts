import { test as base, expect } from './fixtures';
import { PlaygroundPage } from './playground-page';
import { Server } from './server';

const test = base.extend<object>({
  server: [
    async ({ contacts }, use) => {
      const server = await Server.start(contacts, ['--introspection', 'off']);
      await use(server);
      await server.stop();
    },
    { scope: 'test', timeout: 350_000 },
  ],
});

test('without introspection, the playground shows why, and runs operations', async ({
  page,
  step,
  expectErrors,
}) => {
  const playground = new PlaygroundPage(page);
  const reason = 'Introspection is switched off on this server';
  await step('the response has the reason', async () => {
    await expectErrors(page, /status of 4/, async () => {
      await playground.open();
      await expect.poll(() => playground.response()).toContain(reason);
    });
  });
  await step('an operation runs', async () => {
    const { data } = await playground.run<{ contacts: { nodes: unknown[] } }>();
    expect(data.contacts.nodes).not.toEqual([]);
  });
  await step('the manual and the schema have it, too', async () => {
    for (const path of ['/docs/graphql', '/graphql/schema.graphqls']) {
      await expectErrors(page, /status of 403/, () => page.goto(path));
      await expect(page.getByText(reason)).toBeVisible();
    }
  });
});
