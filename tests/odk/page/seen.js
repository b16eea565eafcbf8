// What ODK's engine says of every node, by the keys of our answers: an id, and the turns of the repeats around it.

// {key: node}. A repeat as a whole has the key that its turns begin with.
export function nodesByKey(root, ids) {
  const found = new Map();
  visit(root, [], ids, found);
  return found;
}

function visit(node, turns, ids, found) {
  const id = ids[node.definition.nodeset];
  if (id !== undefined && node.nodeType !== "root") {
    found.set([id, ...turns].join("."), node);
  }
  const repeats = node.nodeType.startsWith("repeat-range");
  (node.currentState.children ?? []).forEach((child, n) => {
    visit(child, repeats ? [...turns, n + 1] : turns, ids, found);
  });
}

const ANSWERS = {
  relevant: (node) => node.currentState.relevant,
  required: (node) => node.currentState.required,
  value: (node) => node.getXPathValue(),
  violated: (node) => node.validationState.constraint?.valid === false,
  options: (node) => node.currentState.valueOptions?.map((option) => option.value) ?? null,
  turns: (node) => node.currentState.children.length,
};

// One of the fields above.
export function said(node, field) {
  return ANSWERS[field](node);
}
