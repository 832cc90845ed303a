// What could stand at the cursor of a rule file: keys and words from the JSON Schema.

const indentOf = (line) => line.match(/^ */)[0].length;

/** Keys that lead to the line `at`, outermost first; list items stand as '-'. */
function pathTo(lines, at, indent) {
  const path = [];
  let limit = indent;
  for (let i = at - 1; i >= 0 && limit > 0; i--) {
    const line = lines[i].replace(/#.*$/, '');
    if (!line.trim()) continue;
    const item = line.match(/^( *)- +(.*)$/);
    const here = item && item[1].length + 2 < limit + 1 ? item[1].length : indentOf(line);
    if (here >= limit) continue;
    const inner = item && item[1].length + 2 <= limit ? item[2].match(/^([\w.-]+):\s*$/) : null;
    if (item && inner && item[1].length + 2 < limit) path.unshift(inner[1]);
    if (item) path.unshift('-');
    else {
      const key = line.match(/^ *([\w.-]+):\s*$/);
      if (key) path.unshift(key[1]);
    }
    limit = here;
  }
  return path;
}

function resolve(schema, node) {
  let found = node;
  for (let i = 0; found && found.$ref && i < 20; i++) found = found.$ref.replace(/^#\//, '').split('/').reduce((at, key) => at && at[key], schema);
  return found;
}

/** All shapes that a node may have, alternatives laid open. */
function shapes(schema, node, out = [], depth = 0) {
  const found = resolve(schema, node);
  if (!found || depth > 8) return out;
  out.push(found);
  for (const list of [found.anyOf, found.oneOf, found.allOf]) for (const one of list || []) shapes(schema, one, out, depth + 1);
  return out;
}

function step(schema, nodes, key) {
  return nodes.flatMap((node) => {
    const next = key === '-' ? node.items : node.properties && node.properties[key];
    return next ? shapes(schema, next) : [];
  });
}

function keysOf(nodes) {
  return [...new Set(nodes.flatMap((node) => Object.keys(node.properties || {})))];
}

function valuesOf(nodes) {
  return [...new Set(nodes.flatMap((node) => [...(node.enum || []), ...('const' in node ? [node.const] : []), ...(node.type === 'boolean' ? [true, false] : [])]))].map(String);
}

/** Offers for a cursor: [{from, insert}], nearest first. */
export function complete(schema, text, cursor) {
  const lines = text.slice(0, cursor).split('\n');
  const line = lines[lines.length - 1];
  const rest = text.slice(cursor).split('\n')[0];
  if (/\S/.test(rest.replace(/[}\]]/g, ''))) return [];
  const flow = line.match(/^( *)(?:- +)?([\w.-]+): *\{(.*)$/);
  const word = line.match(/[\w@.*-]*$/)[0];
  const from = cursor - word.length;
  const indent = line.match(/^ *(?:- +)?/)[0].length;
  const base = pathTo(lines, lines.length - 1, indent);
  if (/^ *- /.test(line)) base.push('-');
  let nodes = base.reduce((at, key) => step(schema, at, key), shapes(schema, schema));
  let given;
  if (flow) {
    nodes = step(schema, nodes, flow[2]);
    given = flow[3].split(',').pop().match(/^ *([\w.-]+): *[\w@.*-]*$/);
  } else {
    given = line.match(/^ *(?:- +)?([\w.-]+): *[\w@.*-]*$/);
  }
  const offers = given ? valuesOf(step(schema, nodes, given[1])) : keysOf(nodes).map((key) => `${key}: `);
  return offers.filter((one) => one.startsWith(word) && one.trim() !== word).slice(0, 14).map((insert) => ({ from, insert }));
}
