// Runs the audit of the npm package graphql-http against the server at the URL
// given, prints each finding and the count of audits, and fails on any finding
// that is not expected, and if an expected one is missing.
// https://github.com/graphql/graphql-http#audits
import { serverAudits } from 'graphql-http';

// The findings that are expected: these audits follow a draft of GraphQL over
// HTTP. Its edition of September 2026 recommends 422 instead of 400.
const expected = new Set([
  '423L', // a request without a query
  '86EE', // a variable of the wrong type
]);

const [, , url] = process.argv;
const audits = serverAudits({ url, fetchFn: fetch });
const findings = new Set();

for (const audit of audits) {
  const { status, reason } = await audit.fn();
  if (status === 'ok') continue;
  findings.add(audit.id);
  console.log(`${status} ${audit.id} ${audit.name}: ${reason}`);
}

console.log(`${audits.length - findings.size} of ${audits.length} audits passed`);
const asExpected = findings.size === expected.size && [...findings].every((id) => expected.has(id));
process.exitCode = asExpected ? 0 : 1;
