// Shared by the clients: their arguments, the subscription, and how they report the changes that they
// receive. They follow the log from a cursor, disconnect half-way, and resume from the last change until
// they have received all.
export const [, , url, key, after, count] = process.argv;

export const document = `subscription Follow($after: String) {
  contactChanges(after: $after) { cursor contactId version kind fields { path old new } }
}`;

const total = Number(count);
let received = 0;

// receive prints a change. It returns whether the client must disconnect now, and whether this was the
// last change.
export function receive(change) {
  console.log(JSON.stringify(change));
  received++;
  return { disconnect: received === Math.floor(total / 2), done: received === total };
}
