// Shows the OpenAPI document of the server as a page.
import { make } from './hits.js';

const api = await (await fetch('/openapi.json')).json();
const schemaOf = schema => schema?.$ref ? api.components.schemas[schema.$ref.split('/').pop()] : schema;
const typeOf = schema => schema?.$ref?.split('/').pop() ?? [schema?.type ?? 'any'].flat().filter(type => type !== 'null').join(' or ') + (schema?.items ? ` of ${typeOf(schema.items)}` : '');

function table(heading, rows) {
  return rows.length ? [make('table', {}, make('thead', {}, make('tr', {}, ...[heading, 'Type', 'What it is'].map(text => make('th', { scope: 'col', textContent: text })))),
    make('tbody', {}, ...rows.map(([name, schema, about]) => make('tr', {}, make('td', {}, make('code', { textContent: name })), make('td', { textContent: typeOf(schema) }), make('td', { textContent: about ?? '' })))))] : [];
}

function route(path, method, operation) {
  const [kind, content] = Object.entries(operation.requestBody?.content ?? {})[0] ?? [];
  const body = Object.entries(schemaOf(content?.schema)?.properties ?? {}).map(([name, schema]) => [name, schema, schema.description]);
  const parameters = (operation.parameters ?? []).map(({ name, schema, description }) => [name, schema, description]);
  const address = path.replace('{index}', 'INDEX').replace('{id}', 'ID');
  const example = method === 'get' ? `curl '${location.origin}${address}${parameters.some(([name]) => name === 'q') ? '?q=words' : ''}'`
    : `curl -X ${method.toUpperCase()} '${location.origin}${address}'${kind ? ` -H 'Content-Type: ${kind}' -d '${path.endsWith('search') ? '{"query": "words"}' : '…'}'` : ''}`;
  return make('details', { className: 'route' },
    make('summary', {}, make('span', { className: 'method', textContent: method.toUpperCase() }), make('code', { textContent: path }), ` ${operation.summary ?? ''}`),
    ...table('Parameter', parameters), ...table('Body', body), make('pre', { tabIndex: 0, textContent: example }));
}

const operations = Object.entries(api.paths).flatMap(([path, methods]) => Object.entries(methods).map(([method, operation]) => ({ path, method, operation, group: operation.tags?.[0] ?? '' })));
document.getElementById('about').textContent = api.info.description;
document.getElementById('routes').replaceChildren(...[...new Set(operations.map(one => one.group))].flatMap(group => [
  make('h2', { className: 'group', textContent: group }), ...operations.filter(one => one.group === group).map(one => route(one.path, one.method, one.operation))]));
