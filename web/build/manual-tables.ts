// The tables of the manual that come from the running server, as parts of a Go template: its limits
// can be set. A comment in a document, such as <!-- limits -->, has their place.

const table = (caption: string, head: string, rows: string) =>
  `<div class="manual-table" role="region" aria-label="${caption}" tabindex="0">
<table>
<caption>${caption}</caption>
<thead><tr>${head}</tr></thead>
<tbody>${rows}</tbody>
</table>
</div>`;

const column = (name: string) => `<th scope="col">${name}</th>`;

/** The tables by the names in the documents. */
export const tables: Readonly<Record<string, string>> = {
  costs: table(
    'Costs of fields, and sizes of lists',
    column('Field') + column('Cost') + column('Size of the list'),
    '{{range .GraphQL.Costs}}<tr><th scope="row"><code>{{.Field}}</code></th><td class="manual-most">{{.Cost}}</td><td>{{.Size}}</td></tr>\n{{end}}',
  ),
  limits: table(
    'Limits of requests and connections',
    column('Limit') + column('Maximum'),
    '{{range .GraphQL.Limits}}<tr><td>{{.What}}</td><td class="manual-most">{{.Most}}</td></tr>\n{{end}}',
  ),
};
