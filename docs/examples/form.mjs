// A form that merges concurrent changes; docs/conflicts.md explains it. In a folder with the package
// of clients/typescript, and against the demo server,
//
//   node form.mjs 7 lastName=Doe
//
// loads contact 7, waits for Enter, and saves. Change the contact in another client before you press
// Enter to see incoming changes and conflicts.
import { createInterface } from "node:readline";
import { createClient, openContact } from "contactgraph-client";

const client = createClient({
  url: `${process.env.CONTACTGRAPH_URL ?? "http://127.0.0.1:8080"}/graphql`,
  headers: { "X-ApiKey": process.env.CONTACTGRAPH_KEY ?? "demo-agent" },
});

// save saves the edits of a draft. It calls choose for each field that overlaps with a change by
// others, which returns whose value to save: "mine", "theirs" or { value }. The result is the fields
// that others changed.
async function save(draft, choose) {
  const incoming = [];
  let result = await draft.save();
  while (result.status === "conflict") {
    const { overlaps, conflict } = result;
    incoming.push(...conflict.fields.filter((field) => !field.overlaps && draft.isChangedByOthers(field)));
    const choices = {};
    for (const field of overlaps) choices[field.path] = await choose(field, conflict);
    result = await draft.resolve(choices);
  }
  if (result.errors.length > 0 || result.fault) throw Object.assign(new Error("not saved"), result);
  return [...incoming, ...result.merged];
}

// The rest is a form for the terminal.

const text = (value) => value ?? "(none)";
const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const prompt = async (question) => {
  console.log(question);
  return (await lines.next()).value;
};

const [id, ...edits] = process.argv.slice(2);
const draft = await openContact(client, id, { live: false });
if (!draft) throw new Error(`there is no contact ${id}`);
const name = () => `${text(draft.value("firstName"))} ${text(draft.value("lastName"))}`;
const loaded = name();
for (const edit of edits) draft.set(...edit.split(/=(.*)/s, 2));
await prompt(`${loaded}: press Enter to save`);
const incoming = await save(draft, async ({ path, base, latest, yours, changedBy }, conflict) => {
  const who = changedBy?.name ?? (conflict.unknownBecause ? "unknown" : "another user");
  const columns = `before: ${text(base)} | theirs: ${text(latest)} (${who}) | yours: ${text(yours)}`;
  return (await prompt(`${path}: ${columns}: theirs or yours?`)) === "yours" ? "mine" : "theirs";
});
for (const { path, latest, changedBy } of incoming) console.log(`merged: ${path}: ${text(latest)} (${changedBy?.name ?? "another user"})`);
console.log(`saved: ${name()}`);
process.exit();
