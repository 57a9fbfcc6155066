// A form that merges concurrent changes; docs/conflicts.md explains it. Against the demo server,
//
//   node docs/examples/form.mjs 7 lastName=Doe
//
// loads contact 7, waits for Enter, and saves. Change the contact in another client before you press
// Enter to see incoming changes and conflicts.
import { randomUUID } from "node:crypto";
import { createInterface } from "node:readline";

const url = process.env.CONTACTGRAPH_URL ?? "http://127.0.0.1:8080";
const apiKey = process.env.CONTACTGRAPH_KEY ?? "demo-agent";

// send runs a document. Each call has an idempotency key, so that it can be retried if the response
// is lost.
async function send(query, variables, key = randomUUID()) {
  for (let attempt = 1; ; attempt++) {
    try {
      const response = await fetch(`${url}/graphql`, {
        method: "POST",
        headers: { "Content-Type": "application/json", "X-ApiKey": apiKey, "Idempotency-Key": key },
        body: JSON.stringify({ query, variables }),
      });
      const { data, errors } = await response.json();
      if (!errors) return data;
      const fault = Object.assign(new Error(errors[0].message), { code: errors[0].extensions?.code });
      if (!["SERVICE_UNAVAILABLE", "OUTCOME_UNKNOWN"].includes(fault.code)) throw Object.assign(fault, { final: true });
      throw fault;
    } catch (err) {
      if (err.final || attempt === 5) throw err;
      await new Promise((done) => setTimeout(done, attempt * 1000));
    }
  }
}

const shown = "id version email phoneCountryCode phone firstName lastName limitMailsPermanently limitMailsTemporarilyUntil";

export async function load(id) {
  return (await send(`query($id: ID!) { contact(id: $id) { ${shown} } }`, { id })).contact;
}

const UPDATE = `mutation($input: UpdateContactInput!) { updateContact(input: $input) {
  contact { ${shown} }
  merge { fields { path latest overlaps changedBy { name } changedAt } }
  errors { code message path ... on VersionConflict {
    latest { ${shown} }
    unknownBecause
    fields { path base latest yours overlaps changedBy { name } changedAt }
  } }
} }`;

// save writes the fields that differ between the loaded and the edited contact. It calls choose for
// each field that overlaps, which returns the value to save. The result is the saved contact and the
// fields that others changed.
export async function save(loaded, edited, choose) {
  const set = Object.fromEntries(Object.entries(edited).filter(([path, value]) => value !== loaded[path]));
  const incoming = new Map();
  for (let expectedVersion = loaded.version; ; ) {
    const input = { id: loaded.id, expectedVersion, onConflict: "MERGE", set };
    const { contact, merge, errors } = (await send(UPDATE, { input })).updateContact;
    const conflict = errors.find((error) => error.code === "VERSION_CONFLICT");
    if (errors.length > (conflict ? 1 : 0)) throw Object.assign(new Error("rejected"), { errors });
    for (const field of (merge ?? conflict)?.fields ?? []) {
      if (field.overlaps) set[field.path] = await choose(field, conflict);
      else if (field.changedAt) incoming.set(field.path, field);
    }
    if (!conflict) return { contact, incoming: [...incoming.values()] };
    expectedVersion = conflict.latest.version; // the choices were made with this version on screen
  }
}

// The rest is a form for the terminal.

const text = (value) => (value === null ? "(none)" : String(value));

async function main([id, ...edits]) {
  const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
  const prompt = async (question) => {
    console.log(question);
    return (await lines.next()).value;
  };
  const loaded = await load(id);
  const edited = { ...loaded, ...Object.fromEntries(edits.map((edit) => edit.split(/=(.*)/s, 2))) };
  await prompt(`${text(loaded.firstName)} ${text(loaded.lastName)}: press Enter to save`);
  const { contact, incoming } = await save(loaded, edited, async (field, conflict) => {
    const who = field.changedBy?.name ?? (conflict.unknownBecause ? "unknown" : "another user");
    const columns = `before: ${text(field.base)} | theirs: ${text(field.latest)} (${who}) | yours: ${text(field.yours)}`;
    return (await prompt(`${field.path}: ${columns}: theirs or yours?`)) === "yours" ? field.yours : field.latest;
  });
  for (const field of incoming) console.log(`merged: ${field.path}: ${text(field.latest)} (${field.changedBy?.name ?? "another user"})`);
  console.log(`saved: ${text(contact.firstName)} ${text(contact.lastName)}`);
  process.exit();
}

if (process.argv[1] === new URL(import.meta.url).pathname) await main(process.argv.slice(2));
