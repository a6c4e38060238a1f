import { make, showColumns } from './hits.js';
import { showTerms, showSuggestions, showFacets, filterOf } from './query.js';

const $ = id => document.getElementById(id);
const pageSize = 10, pause = 250;
const columnsOf = { hybrid: ['hybrid'], sparse: ['sparse'], bm25: ['bm25'], compare: ['bm25', 'sparse', 'hybrid'] };
const themes = ['Auto', 'Light', 'Dark'];

// What the page is about: the query and the view are in the form itself.
const state = { indexes: [], edits: {}, chosen: {}, from: 0, ranks: null };
let stopper = new AbortController(), timer = 0;

const view = () => document.querySelector('input[name=view]:checked').value;
const current = () => state.indexes.find(index => index.name === $('index').value);
// Numbers have too many values to choose from one by one; the expression takes them.
const countable = () => current().isUncountable ? [] : current().fields.filter(field => field.kind === 'keyword' || field.kind === 'date').map(field => field.name);
const filterable = () => current().fields.filter(field => field.kind !== 'text').map(field => field.name);
const filter = except => filterOf(state.chosen, current().fields, except, $('filter').value);

async function ask(body) {
  const response = await fetch(`/api/indexes/${encodeURIComponent(current().name)}/search`, {
    method: 'POST', headers: { 'content-type': 'application/json' }, signal: stopper.signal, body: JSON.stringify({ query: $('query').value, filter: filter(), ...body }),
  });
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.error);
  return answer;
}

// While somebody types, a table weighs the words of the query; when they pause the model runs, and says where the hits come from.
async function search(encoder) {
  stopper.abort();
  stopper = new AbortController();
  clearTimeout(timer);
  const query = $('query').value.trim(), full = encoder === 'full';
  // Not on each key: browsers slow down pages that write addresses faster than anybody goes back.
  if (full) remember();
  for (const id of ['found', 'filters']) $(id).hidden = !query || (id === 'filters' && !filterable().length);
  $('intro').hidden = query !== '';
  if (!query) { showTerms([], state.edits, edit); showSuggestions([], retype); return; }
  const modes = columnsOf[view()].filter(mode => current().modes.includes(mode));
  try {
    const started = performance.now();
    const answers = await Promise.all(modes.map((mode, column) => ask({
      mode, from: state.from, k: pageSize, explain: full, highlight: full, spelling: full && column === 0, ...(mode === 'bm25' ? {} : { encoder, edits: state.edits }),
    })));
    show(answers, performance.now() - started, full);
    if (full && countable().length) {
      // An index of passages counts no documents, and says so.
      await count().catch(error => { if (error.name === 'AbortError') throw error; current().isUncountable = true; $('facets').replaceChildren(make('p', { className: 'hint', textContent: error.message })); });
    }
  } catch (error) {
    if (error.name === 'AbortError') return;
    showColumns($('columns'), [], {});
    $('pages').hidden = true;
    $('status').textContent = error.message;
  }
}

function show(answers, milliseconds, full) {
  showColumns($('columns'), answers, { query: $('query').value, ranks: Object.keys(state.edits).length ? state.ranks : null });
  // Ranks before the first edit: what later ones are compared with.
  if (full && answers.length === 1) state.ranks = Object.keys(state.edits).length ? state.ranks : { from: state.from, of: new Map(answers[0].hits.map(hit => [hit.id, hit.rank])) };
  const withTerms = answers.find(answer => answer.terms.length);
  showTerms(withTerms?.terms ?? [], state.edits, edit);
  if (full) showSuggestions(answers[0].suggestions, retype);
  const most = Math.max(...answers.map(answer => answer.hits.length));
  const warnings = [...new Set(answers.flatMap(answer => answer.hits.length ? answer.warnings : []))].join(' ');
  $('status').textContent = `${most ? `Hits ${state.from + 1} to ${state.from + most}` : 'Nothing found'} among ${current().documents.toLocaleString('en')} documents, ${Math.max(1, Math.round(milliseconds))} ms. ${warnings}`;
  $('pages').hidden = state.from === 0 && most < pageSize;
  $('earlier').disabled = state.from === 0;
  $('later').disabled = most < pageSize;
  $('page').textContent = `Page ${state.from / pageSize + 1}`;
}

// Values of a field that was chosen from are counted as if it were not, so that more of them can be chosen.
async function count() {
  const chosen = countable().filter(field => state.chosen[field]?.size);
  const open = countable().filter(field => !state.chosen[field]?.size);
  const asked = [...chosen.map(field => ({ facets: [field], filter: filter(field) })), ...(open.length ? [{ facets: open }] : [])];
  const answers = await Promise.all(asked.map(part => ask({ mode: 'bm25', k: 1, facetValues: 12, ...part })));
  showFacets($('facets'), Object.assign({}, ...answers.map(answer => answer.facets)), state.chosen, countable(), (field, value, isOn) => {
    (state.chosen[field] ??= new Set())[isOn ? 'add' : 'delete'](value);
    state.from = 0;
    search('full');
  });
}

function edit(edits) { state.edits = edits; state.from = 0; search('full'); }
function retype(text) { $('query').value = text; typed(); $('query').focus(); }

function typed() {
  // What is typed before the indexes are known is searched once they are.
  if (!current()) return;
  Object.assign(state, { edits: {}, from: 0, ranks: null });
  if (current().hasTable && current().modes.includes(columnsOf[view()][0])) search('idf');
  clearTimeout(timer);
  timer = setTimeout(() => search('full'), current().hasTable ? pause : 60);
}

function turn(pages) {
  state.from = Math.max(0, state.from + pages * pageSize);
  state.ranks = null;
  search('full').then(() => { $('columns').focus(); scrollTo({ top: 0 }); });
}

function remember() {
  const address = new URLSearchParams();
  if ($('query').value) address.set('q', $('query').value);
  if (view() !== 'hybrid') address.set('view', view());
  if (state.indexes.length > 1) address.set('index', $('index').value);
  history.replaceState(null, '', address.size ? '?' + address : location.pathname);
}

function paint(theme) {
  document.documentElement.dataset.theme = theme.toLowerCase();
  $('theme').textContent = theme;
  $('theme').ariaLabel = `Colours: ${theme}`;
  localStorage.setItem('theme', theme);
}

function chooseIndex() {
  state.chosen = {};
  $('filter').value = '';
  const index = current();
  for (const radio of document.querySelectorAll('input[name=view]')) radio.disabled = index.modes.length === 1 && radio.value !== 'bm25';
  if (index.modes.length === 1) document.querySelector('input[value=bm25]').checked = true;
  $('filter-fields').textContent = `Such as ${filterable()[0]} = value, with and, or, not. Fields: ${filterable().join(', ')}.`;
  $('lead').textContent = `${index.documents.toLocaleString('en')} documents, searched as you type${index.modes.length > 1 ? ', by their words and by what they mean' : ''}.`;
  $('filters').open = matchMedia('(min-width: 50rem)').matches;
}

$('query').addEventListener('input', typed);
$('form').addEventListener('submit', event => { event.preventDefault(); search('full'); });
$('views').addEventListener('change', () => { state.from = 0; state.ranks = null; search('full'); });
$('index').addEventListener('change', () => { chooseIndex(); typed(); });
$('filter').addEventListener('change', () => { state.from = 0; search('full'); });
$('theme').addEventListener('click', () => paint(themes[(themes.indexOf($('theme').textContent) + 1) % themes.length]));
$('reset').addEventListener('click', () => edit({}));
$('earlier').addEventListener('click', () => turn(-1));
$('later').addEventListener('click', () => turn(1));

document.addEventListener('keydown', event => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const at = document.activeElement, hit = at.closest?.('.hit'), typing = at.matches('input[type=search], input[type=text], select');
  if (event.key === '/' && !typing) { event.preventDefault(); $('query').select(); }
  else if (event.key === 'Escape') { $('query').focus(); }
  else if (event.key === 'Enter' && at === hit) { hit.querySelector('summary').click(); }
  else if ((event.key === 'ArrowDown' || event.key === 'ArrowUp') && (hit || at === $('query') || at === document.body)) {
    const hits = [...(hit ? hit.closest('ol') : $('columns')).querySelectorAll('.hit')], next = hits.indexOf(hit) + (event.key === 'ArrowDown' ? 1 : -1);
    if (!hits.length) return;
    event.preventDefault();
    (next < 0 ? $('query') : hits[Math.min(next, hits.length - 1)]).focus();
  } else if ((event.key === 'ArrowLeft' || event.key === 'ArrowRight') && at === hit) {
    const columns = [...$('columns').querySelectorAll('ol')], column = columns[columns.indexOf(hit.closest('ol')) + (event.key === 'ArrowRight' ? 1 : -1)];
    column?.querySelector('.hit')?.focus();
  }
});

paint(themes.includes(localStorage.getItem('theme')) ? localStorage.getItem('theme') : 'Auto');
const response = await fetch('/api/indexes');
state.indexes = await response.json();
$('index').replaceChildren(...state.indexes.map(index => make('option', { textContent: index.name })));
$('index').disabled = state.indexes.length < 2;
const address = new URLSearchParams(location.search);
if (state.indexes.some(index => index.name === address.get('index'))) $('index').value = address.get('index');
if (columnsOf[address.get('view')]) document.querySelector(`input[value=${address.get('view')}]`).checked = true;
if (state.indexes.length) chooseIndex();
$('query').value ||= address.get('q') ?? '';
search('full');
