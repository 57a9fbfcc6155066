import { Window } from 'happy-dom';
import { createElement, type FunctionComponent } from 'react';
import { createRoot } from 'react-dom/client';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Client } from '../src/index.js';
import { type ContactForm, type ReadyContactForm, useContactForm } from '../src/react.js';
import { losingResponses } from './faulty.js';
import { client, connect, newContact, writeAsOther } from './server.js';

const window = new Window();
Object.assign(globalThis, { window, document: window.document });

/** Renders a form, and returns a function that reads what was rendered last. */
let unmount = () => {};
function renderForm(client: Client, id: string): () => ContactForm {
  let form: ContactForm = { status: 'loading' };
  const Form: FunctionComponent = () => {
    form = useContactForm(client, id);
    return form.status === 'ready' ? `${form.field('firstName').value}` : form.status;
  };
  const root = createRoot(document.createElement('div'));
  root.render(createElement(Form));
  unmount = () => root.unmount();
  return () => form;
}

/** Waits until a form has what is looked for. */
const until = (condition: () => boolean) =>
  expect.poll(condition, { timeout: 5000, interval: 10 }).toBe(true);

async function ready(form: () => ContactForm): Promise<() => ReadyContactForm> {
  await until(() => form().status === 'ready');
  return form as () => ReadyContactForm;
}

describe('the form of a contact in React', () => {
  let id: string;
  beforeEach(async () => {
    id = (await newContact()).id;
  });
  afterEach(() => unmount());

  it('edits, shows changes of others, merges, and resolves conflicts', async () => {
    const form = await ready(renderForm(client, id));
    expect(form()).toMatchObject({ live: true, dirty: false });
    form().field('lastName').setValue('Berg');
    await until(() => form().dirty);
    expect(form().field('lastName').value).toBe('Berg');
    await writeAsOther(id, { firstName: 'Eleonora', lastName: 'Dahl' });
    await until(() => form().field('firstName').value === 'Eleonora');
    expect(form().field('lastName')).toMatchObject({ value: 'Berg', overwritten: true });
    expect(form().field('firstName').remoteChange).toBeDefined();
    await form().save();
    await until(() => form().result?.status === 'conflict');
    await form().resolve({ lastName: 'mine' });
    await until(() => form().result?.status === 'saved');
    expect(form().dirty).toBe(false);
    expect(form().contact).toMatchObject({ firstName: 'Eleonora', lastName: 'Berg' });
  });

  it('shows that a contact is missing', async () => {
    const form = renderForm(client, '99999999');
    await until(() => form().status === 'missing');
  });

  it('loads again after a failure', async () => {
    const form = renderForm(connect({ fetch: losingResponses(1) }), id);
    await until(() => form().status === 'failed');
    (form() as Extract<ContactForm, { status: 'failed' }>).retry();
    await ready(form);
  });
});
