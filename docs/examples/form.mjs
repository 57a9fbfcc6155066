// A form that merges, as docs/conflicts.md tells it. Against the demo server:
//
//   node docs/examples/form.mjs 7 lastName=Doe
//
// loads contact 7, waits for Enter, and saves. Change the contact elsewhere meanwhile to see what comes in, or what overlaps.
import { randomUUID } from "node:crypto";
import { createInterface } from "node:readline";

const url = process.env.CONTACTGRAPH_URL ?? "http://127.0.0.1:8080";
const apiKey = process.env.CONTACTGRAPH_KEY ?? "demo-agent";

// ask runs a document. A mutation has a key of its own, by which it can be sent again if its answer is lost.
async function ask(query, variables, key = randomUUID()) {
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
  return (await ask(`query($id: ID!) { contact(id: $id) { ${shown} } }`, { id })).contact;
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

// save writes what differs between the contact as it was loaded and as the person left it. choose is asked about each field that
// overlaps, and returns the value to save. The result is the contact as it is then, and the fields that came in from others.
export async function save(loaded, edited, choose) {
  const set = Object.fromEntries(Object.entries(edited).filter(([path, value]) => value !== loaded[path]));
  const cameIn = new Map();
  for (let expectedVersion = loaded.version; ; ) {
    const input = { id: loaded.id, expectedVersion, onConflict: "MERGE", set };
    const { contact, merge, errors } = (await ask(UPDATE, { input })).updateContact;
    const conflict = errors.find((error) => error.code === "VERSION_CONFLICT");
    if (errors.length > (conflict ? 1 : 0)) throw Object.assign(new Error("refused"), { errors });
    for (const field of (merge ?? conflict)?.fields ?? []) {
      if (field.overlaps) set[field.path] = await choose(field, conflict);
      else if (field.changedAt) cameIn.set(field.path, field);
    }
    if (!conflict) return { contact, cameIn: [...cameIn.values()] };
    expectedVersion = conflict.latest.version; // what was chosen was chosen over this one
  }
}

// What is left is a form for the terminal.

const text = (value) => (value === null ? "(none)" : String(value));

async function main([id, ...edits]) {
  const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
  const answerTo = async (question) => {
    console.log(question);
    return (await lines.next()).value;
  };
  const loaded = await load(id);
  const edited = { ...loaded, ...Object.fromEntries(edits.map((edit) => edit.split(/=(.*)/s, 2))) };
  await answerTo(`${text(loaded.firstName)} ${text(loaded.lastName)}: Enter saves`);
  const { contact, cameIn } = await save(loaded, edited, async (field, conflict) => {
    const who = field.changedBy?.name ?? (conflict.unknownBecause ? "nobody knows who" : "somebody");
    const columns = `before: ${text(field.base)} | theirs: ${text(field.latest)} (${who}) | yours: ${text(field.yours)}`;
    return (await answerTo(`${field.path}: ${columns}: theirs or yours?`)) === "yours" ? field.yours : field.latest;
  });
  for (const field of cameIn) console.log(`came in: ${field.path}: ${text(field.latest)} (${field.changedBy?.name ?? "somebody"})`);
  console.log(`saved: ${text(contact.firstName)} ${text(contact.lastName)}`);
  process.exit();
}

if (process.argv[1] === new URL(import.meta.url).pathname) await main(process.argv.slice(2));
