'use strict';
const $ = id => document.getElementById(id);
const names = { sparse: 'Meaning', bm25: 'Words (BM25)' };
const pageSize = 10, pause = 250;
let indexes = [], edits = {}, from = 0, turn = 0, timer = 0;

const make = (tag, properties = {}, ...children) => {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
};
const view = () => document.querySelector('input[name=view]:checked').value;
const current = () => indexes.find(index => index.name === $('index').value);

async function ask(mode, encoder) {
  const response = await fetch(`/api/indexes/${encodeURIComponent($('index').value)}/search`, {
    method: 'POST', headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: $('query').value, mode, from, k: pageSize, ...(mode === 'sparse' ? { encoder, edits } : {}) }),
  });
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.error);
  return answer;
}

// While somebody types, the query's words are weighed by a table; the model runs when they pause.
async function search(encoder) {
  const mine = ++turn;
  clearTimeout(timer);
  if (!$('query').value.trim()) { show([]); $('status').textContent = ''; return; }
  const modes = (view() === 'both' ? ['bm25', 'sparse'] : [view()]).filter(mode => current().modes.includes(mode));
  try {
    const answers = await Promise.all(modes.map(mode => ask(mode, encoder)));
    if (mine !== turn) return;
    show(answers);
    const time = Math.max(...answers.map(answer => answer.milliseconds)).toFixed(1);
    const warnings = answers.flatMap(answer => answer.warnings).join(' ');
    $('status').textContent = `${answers[0].hits.length ? `Hits ${from + 1} to ${from + Math.max(...answers.map(answer => answer.hits.length))}` : 'Nothing found'} in ${time} ms of ${current().documents.toLocaleString('en')} documents. ${warnings}`;
  } catch (error) {
    if (mine === turn) { show([]); $('status').textContent = error.message; }
  }
}

function typed() {
  edits = {}; from = 0;
  const fast = current()?.hasTable;
  if (fast) search('idf');
  clearTimeout(timer);
  timer = setTimeout(() => search('full'), fast ? pause : 60);
}

function marked(text, marks) {
  const first = marks.length ? Math.max(0, marks[0].start - 80) : 0, end = Math.min(text.length, first + 320);
  const pieces = [first > 0 ? '… ' : ''];
  let at = first;
  for (const { start, length } of marks) {
    if (start < at || start + length > end) continue;
    pieces.push(text.slice(at, start), make('mark', { textContent: text.slice(start, start + length) }));
    at = start + length;
  }
  pieces.push(text.slice(at, end) + (end < text.length ? ' …' : ''));
  return pieces;
}

function show(answers) {
  const ids = answers.map(answer => new Set(answer.hits.map(hit => hit.id)));
  $('columns').replaceChildren(...answers.map((answer, column) => {
    const others = ids.filter((_, i) => i !== column);
    const list = make('ol', {}, ...answer.hits.map(hit => make('li', { className: 'hit', tabIndex: -1 },
      make('div', { className: 'title', textContent: hit.title || hit.id }),
      make('div', { className: 'meta' }, `${hit.rank}. ${hit.score.toFixed(2)} · ${hit.id}`,
        ...(others.length && others.every(other => !other.has(hit.id)) ? [make('span', { className: 'alone', textContent: ' · only here' })] : [])),
      make('p', { className: 'text' }, ...marked(hit.text, hit.marks)))));
    return make('section', { ariaLabel: names[answer.mode] }, ...(answers.length > 1 ? [make('h2', { textContent: names[answer.mode] })] : []), list);
  }));
  const terms = answers.find(answer => answer.mode === 'sparse')?.terms ?? [];
  const blocked = Object.keys(edits).filter(term => edits[term] === 0).map(term => ({ term, weight: 0, isExpansion: true }));
  const most = Math.max(1e-6, ...terms.map(term => term.weight));
  $('expansion').hidden = terms.length + blocked.length === 0;
  const held = document.activeElement?.dataset?.term;
  $('chips').replaceChildren(...[...terms.slice(0, 24), ...blocked].map(({ term, weight, isExpansion }) => {
    const edit = edits[term] ?? 1;
    const meter = make('meter', { value: weight, max: most, ariaLabel: `weight ${weight.toFixed(2)}` });
    const chip = make('button', { type: 'button', className: isExpansion ? 'new' : '', title: edit === 0 ? 'blocked' : edit === 2 ? 'boosted' : isExpansion ? 'not in the query' : 'in the query' }, term, meter);
    chip.dataset.term = term; chip.dataset.edit = edit;
    chip.onclick = () => { edits = { ...edits, [term]: edit === 1 ? 0 : edit === 0 ? 2 : 1 }; search('full'); };
    return make('li', {}, chip);
  }));
  if (held) [...$('chips').querySelectorAll('button')].find(chip => chip.dataset.term === held)?.focus();
  $('earlier').hidden = from === 0;
  $('later').hidden = !answers.some(answer => answer.hits.length === pageSize);
}

$('query').addEventListener('input', typed);
$('form').addEventListener('submit', event => { event.preventDefault(); search('full'); });
$('form').addEventListener('change', event => { if (event.target.name === 'view') { from = 0; search('full'); } });
$('index').addEventListener('change', typed);
$('earlier').onclick = () => { from = Math.max(0, from - pageSize); search('full'); };
$('later').onclick = () => { from += pageSize; search('full'); };
document.addEventListener('keydown', event => {
  const hits = [...document.querySelectorAll('li.hit')];
  if (event.key === '/' && document.activeElement !== $('query')) { event.preventDefault(); $('query').focus(); }
  else if (event.key === 'Escape') $('query').focus();
  else if ((event.key === 'ArrowDown' || event.key === 'ArrowUp') && hits.length && !['SELECT', 'BUTTON'].includes(document.activeElement.tagName) && document.activeElement.type !== 'radio') {
    event.preventDefault();
    const next = hits.indexOf(document.activeElement) + (event.key === 'ArrowDown' ? 1 : -1);
    (next < 0 ? $('query') : hits[Math.min(next, hits.length - 1)]).focus();
  }
});

fetch('/api/indexes').then(response => response.json()).then(list => {
  indexes = list;
  $('index').replaceChildren(...list.map(index => make('option', { textContent: index.name })));
  if (!list.some(index => index.modes.includes('sparse'))) document.querySelector('input[value=bm25]').checked = true;
  if ($('query').value) typed();
});
