// Shows the query: what it became, how else it could be spelt, and what it is filtered by.
import { make } from './hits.js';

const $ = id => document.getElementById(id);
const shown = matchMedia('(max-width: 50rem)').matches ? 8 : 16;
let showsAll = false;

export function showTerms(terms, edits, edit) {
  const most = Math.max(1e-6, ...terms.map(term => term.weight)), held = document.activeElement?.dataset?.chip;
  $('expansion').hidden = terms.length === 0;
  $('reset').hidden = Object.keys(edits).length === 0;
  $('more').hidden = terms.length <= shown;
  $('more').ariaExpanded = showsAll;
  $('more').textContent = showsAll ? 'Show fewer' : `Show all ${terms.length}`;
  $('more').onclick = () => { showsAll = !showsAll; showTerms(terms, edits, edit); };
  const changed = (term, factor) => { const next = { ...edits, [term]: factor }; if (factor === 1) delete next[term]; edit(next); };
  $('chips').replaceChildren(...terms.filter((term, i) => showsAll || i < shown || term.term in edits).map(({ term, weight, isExpansion }) => {
    const factor = edits[term] ?? 1, isBlocked = factor === 0, isBoosted = factor > 1;
    const block = make('button', { type: 'button', ariaPressed: isBlocked, title: `weight ${weight.toFixed(2)}${isExpansion ? ', not typed' : ''}` }, make('span', { className: 'hidden', textContent: 'Block ' }), term.replace('##', '-'));
    const boost = make('button', { type: 'button', className: 'boost', ariaPressed: isBoosted, ariaLabel: `Boost ${term}`, title: 'times 2', textContent: isBoosted ? '×2' : '↑' });
    block.dataset.chip = term;
    boost.dataset.chip = `↑${term}`;
    block.onclick = () => changed(term, isBlocked ? 1 : 0);
    boost.onclick = () => changed(term, isBoosted ? 1 : 2);
    const chip = make('li', { className: `${isExpansion ? 'new' : ''} ${isBlocked ? 'blocked' : isBoosted ? 'boosted' : ''}` }, block, boost);
    chip.style.setProperty('--weight', `${(100 * Math.min(1, weight * factor / most)).toFixed(0)}%`);
    return chip;
  }));
  if (held) [...$('chips').querySelectorAll('button')].find(button => button.dataset.chip === held)?.focus();
}

export function showSuggestions(suggestions, retype) {
  $('suggestions').hidden = suggestions.length === 0;
  $('suggestions').replaceChildren(...suggestions.flatMap(({ word, start, replacement, documents }) => {
    const query = $('query').value, better = query.slice(0, start) + replacement + query.slice(start + word.length);
    return [`No document holds “${word}”. Did you mean `, make('button', { type: 'button', className: 'plain', textContent: replacement, onclick: () => retype(better) }), ` (${documents})? `];
  }));
}

// Facets as checkboxes: those chosen stay, whatever the counts say.
export function showFacets(place, facets, chosen, fields, choose) {
  const held = document.activeElement?.dataset?.facet;
  place.replaceChildren(...fields.filter(field => facets[field]?.length || chosen[field]?.size).map(field => {
    const counts = new Map((facets[field] ?? []).map(({ value, count }) => [value, count]));
    for (const value of chosen[field] ?? []) if (!counts.has(value)) counts.set(value, 0);
    return make('fieldset', {}, make('legend', { textContent: field }), ...[...counts].map(([value, count]) => {
      const box = make('input', { type: 'checkbox', checked: chosen[field]?.has(value) ?? false, onchange: event => choose(field, value, event.target.checked) });
      box.dataset.facet = `${field} ${value}`;
      return make('label', {}, box, value, make('small', { textContent: count.toLocaleString('en') }));
    }));
  }));
  if (held) [...place.querySelectorAll('input')].find(box => box.dataset.facet === held)?.focus();
}

// The boxes chosen and the expression typed, as one filter; null for none.
export function filterOf(chosen, fields, except, expression) {
  const parts = fields.filter(({ name }) => name !== except && chosen[name]?.size).map(({ name, kind }) => {
    const values = [...chosen[name]].map(value => kind === 'keyword' ? `"${value.replace(/[\\"]/g, '\\$&')}"` : value);
    return `${name} in (${values.join(', ')})`;
  });
  if (expression.trim()) parts.push(`(${expression})`);
  return parts.join(' and ') || null;
}
