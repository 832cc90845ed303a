// What the page says, in the reader's language.
import { signal } from '@preact/signals';
import { zh } from './chinese.js';

const KEY = 'fcemu-language';
const LANGUAGES = ['en', 'zh'];
const wanted = localStorage.getItem(KEY) || navigator.language.slice(0, 2);

export const language = signal(LANGUAGES.includes(wanted) ? wanted : 'en');

export function setLanguage(next) {
  localStorage.setItem(KEY, next);
  language.value = next;
  document.documentElement.lang = next;
}
document.documentElement.lang = language.value;

/** The text in the language chosen; {name} is replaced from `values`. */
export function t(text, values = {}) {
  const said = language.value === 'zh' ? zh[text] || text : text;
  return said.replace(/\{(\w+)\}/g, (all, name) => (name in values ? values[name] : all));
}
