// Shows what was found: a column for each mode, and in it the hits with their reasons.
const names = { hybrid: 'Hybrid', sparse: 'Meaning', bm25: 'Words (BM25)' };
const legNames = { bm25: 'words', sparse: 'meaning', feedback: 'words of the best hits' };
const snippet = 260, termsShown = 12, termsMarked = 20;
const still = matchMedia('(prefers-reduced-motion: reduce)');

export const make = (tag, properties = {}, ...children) => {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
};

const percent = share => `${(100 * share).toFixed(share < .0995 ? 1 : 0)} %`;
const sized = (element, share) => { element.style.setProperty('--weight', `${(100 * Math.max(0, Math.min(1, share))).toFixed(1)}%`); return element; };

export function showColumns(place, answers, about) {
  // Asking where hits stand makes the browser lay the page out: only where they are seen to move.
  const moves = about.ranks && !still.matches;
  const before = new Map(moves ? [...place.querySelectorAll('.hit')].map(hit => [hit.dataset.key, hit.getBoundingClientRect().top]) : []);
  const ranks = answers.map(answer => new Map(answer.hits.map(hit => [hit.id, hit.rank])));
  place.replaceChildren(...answers.map((answer, column) => {
    const alone = answers.length > 1 ? answer.hits.filter(hit => ranks.every((other, i) => i === column || !other.has(hit.id))).length : 0;
    const others = answers.map((other, i) => ({ mode: other.mode, ranks: ranks[i] })).filter((_, i) => i !== column);
    const list = answer.hits.length ? make('ol', {}, ...answer.hits.map(hit => make('li', {}, card(hit, answer, others, about))))
      : make('p', { className: 'nothing', textContent: answer.warnings[0] ?? 'Nothing here.' });
    const heading = make('h2', { textContent: names[answer.mode] }, make('small', { textContent: alone ? `${alone} that no other found` : '' }));
    return make('section', { ariaLabel: names[answer.mode] }, ...(answers.length > 1 ? [heading] : []), list);
  }));
  if (!moves) return;
  for (const hit of place.querySelectorAll('.hit')) {
    const moved = (before.get(hit.dataset.key) ?? NaN) - hit.getBoundingClientRect().top;
    if (moved) hit.animate([{ transform: `translateY(${moved}px)` }, { transform: 'none' }], { duration: 350, easing: 'ease-out' });
  }
}

function card(hit, answer, others, about) {
  const element = make('article', { className: 'hit', tabIndex: -1, ariaLabel: `${hit.rank}. ${hit.title || hit.id}` });
  element.dataset.key = `${answer.mode} ${hit.id}`;
  element.dataset.id = hit.id;
  const title = make('h3', {}, ...(hit.highlight ? marked(hit.title || hit.id, hit.title ? telling(hit.highlight.titleSpans) : []) : [hit.title || hit.id]));
  element.append(
    make('header', {}, make('span', { className: 'rank', textContent: `${hit.rank}.` }), title, moved(hit, about.ranks)),
    make('p', { className: 'text' }, ...passage(hit, answer, about.query)),
    make('p', { className: 'meta' }, make('span', { textContent: `score ${hit.score.toFixed(3)}` }), ...(hit.title ? [make('span', { textContent: hit.id })] : []), ...elsewhere(hit, others, answer)));
  if (hit.explanation) element.append(make('div', { className: 'folds' }, folded('Why', () => reasons(hit, answer)), folded('Document', () => whole(hit))));
  if (others.length) {
    const twins = isOn => document.querySelectorAll('.hit').forEach(other => other.classList.toggle('same', isOn && other.dataset.id === hit.id));
    element.addEventListener('mouseenter', () => twins(true));
    element.addEventListener('mouseleave', () => twins(false));
    element.addEventListener('focus', () => twins(true));
    element.addEventListener('blur', () => twins(false));
  }
  return element;
}

function moved(hit, ranks) {
  if (!ranks) return make('span');
  const before = ranks.of.get(hit.id);
  if (before === hit.rank) return make('span');
  return before === undefined ? make('span', { className: 'up', textContent: '▲ new here' })
    : make('span', { className: before > hit.rank ? 'up' : 'down', textContent: `${before > hit.rank ? '▲' : '▼'} ${Math.abs(before - hit.rank)}`, title: `was #${before}` });
}

function elsewhere(hit, others, answer) {
  if (!others.length) return answer.mode !== 'hybrid' ? [] : hit.legs.filter(leg => leg.leg !== 'feedback').map(leg => make('span', { textContent: leg.rank ? `${legNames[leg.leg]} #${leg.rank}` : `not among the ${legNames[leg.leg]}` }));
  const found = others.filter(other => other.ranks.has(hit.id));
  return found.length ? found.map(other => make('span', { textContent: `${names[other.mode]} #${other.ranks.get(hit.id)}` })) : [make('span', { className: 'alone', textContent: 'only here' })];
}

// The words that the model says; while somebody types, the words that query and text share.
function passage(hit, answer, query) {
  const strong = telling(hit.highlight?.spans ?? []);
  if (strong.length) return marked((hit.highlight.start ? '… ' : '') + hit.highlight.passage + (hit.highlight.start + hit.highlight.passage.length < hit.text.length ? ' …' : ''), strong, hit.highlight.start ? 2 : 0);
  const words = new Set([...wordsIn(query).map(([word]) => word.toLowerCase()), ...answer.terms.slice(0, termsMarked).map(term => term.term).filter(term => term.length > 2)]);
  const found = wordsIn(hit.text).filter(([word]) => words.has(word.toLowerCase())).map(([word, start]) => ({ start, end: start + word.length }));
  const first = found.length && found[0].start > 100 ? hit.text.indexOf(' ', found[0].start - 80) + 1 : 0, end = Math.min(hit.text.length, first + snippet);
  return marked((first ? '… ' : '') + hit.text.slice(first, end) + (end < hit.text.length ? ' …' : ''), found.filter(span => span.start >= first && span.end <= end), (first ? 2 : 0) - first);
}

// A word that adds next to nothing, such as "the", is not worth a mark.
const telling = spans => spans.filter(span => span.score > .1 * Math.max(...spans.map(other => other.score)));

const wordsIn = text => [...text.matchAll(/[\p{L}\p{M}\p{N}]+/gu)].map(match => [match[0], match.index]);

function marked(text, spans, shift = 0) {
  const pieces = [];
  let at = 0;
  for (const { start, end } of spans) {
    if (start + shift < at) continue;
    pieces.push(text.slice(at, start + shift), make('mark', { textContent: text.slice(start + shift, end + shift) }));
    at = end + shift;
  }
  return [...pieces, text.slice(at)];
}

// Filled when it is opened: most never are.
function folded(title, fill) {
  const details = make('details', {}, make('summary', { textContent: title }));
  details.addEventListener('toggle', () => { if (details.open && details.childElementCount === 1) details.append(...fill()); });
  return details;
}

function reasons(hit, answer) {
  const parts = [], isWords = answer.mode === 'bm25', terms = hit.explanation.terms.slice(0, termsShown);
  if (hit.legs.length) {
    const sum = hit.legs.reduce((all, leg) => all + leg.weight * leg.normalized, 0) || 1;
    parts.push(make('div', { className: 'legs', ariaHidden: true }, ...hit.legs.map(leg => sized(make('i', { className: leg.leg }), leg.weight * leg.normalized / sum))),
      make('p', { className: 'meta' }, ...hit.legs.map(leg => make('span', {}, make('i', { className: `dot ${leg.leg}` }), `${legNames[leg.leg] ?? leg.leg} ${percent(leg.weight * leg.normalized / sum)}`))));
  }
  const most = Math.max(1e-9, ...terms.map(term => term.share));
  const rows = terms.map(term => make('tr', {},
    make('td', { textContent: term.term + (term.isExact ? '' : ' +') }), make('td', { textContent: term.inQuery?.word ?? '' }), make('td', { textContent: term.inDocument?.word ?? '' }),
    make('td', { className: 'number', textContent: percent(term.share) }), make('td', { className: 'bar' }, sized(make('span'), term.share / most))));
  if (rows.length) {
    const heads = ['Term', 'From the query', 'In the text', 'Share', ''].map(text => text ? make('th', { scope: 'col', textContent: text }) : make('td'));
    parts.push(make('table', { className: answer.mode }, make('caption', { className: 'hidden', textContent: `Terms of hit ${hit.rank}` }), make('thead', {}, make('tr', {}, ...heads)), make('tbody', {}, ...rows)));
  }
  const rest = hit.explanation.terms.length - terms.length;
  parts.push(make('p', { className: 'hint', textContent: !rows.length ? 'No term of the meaning matches: the words alone found it.'
    : isWords ? 'Shares of the BM25 score.' : `${rest > 0 ? `${rest} smaller ones left out. ` : ''}A + marks a term that the query or the text holds by expansion alone.` }));
  return parts;
}

function whole(hit) {
  const fields = Object.entries(hit.fields);
  return [...(fields.length ? [make('dl', {}, ...fields.flatMap(([name, value]) => [make('dt', { textContent: name }), make('dd', { textContent: value })]))] : []),
    make('p', { className: 'whole', tabIndex: 0, textContent: hit.text })];
}
