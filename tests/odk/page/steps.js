// What a person does, done to ODK's engine.
const DEEDS = {
  add: (node) => node.addInstances(),
  remove: (node, step) => node.removeInstances(step.turn - 1),
  set: (node, step) => set(node, step.value),
};

function set(node, value) {
  SETTERS[node.nodeType](node, value);
}

const SETTERS = {
  input: (node, value) => node.setValue(value),
  range: (node, value) => node.setValue(value === "" ? null : Number(value)),
  trigger: (node, value) => node.setValue(value !== ""),
  select: (node, value) =>
    node.selectType === "select1"
      ? node.selectValue(value === "" ? null : value)
      : node.selectValues(value === "" ? [] : value.split(" ")),
  rank: (node, value) => node.setValues(value === "" ? [] : value.split(" ")),
};

export function take(step, nodes) {
  const node = nodes.get(step.key);
  if (node === undefined) {
    throw new Error(`There is no ${step.key} here`);
  }
  DEEDS[step.deed](node, step);
  for (const [key, value] of Object.entries(step.also)) {
    set(nodes.get(key), value);
  }
}
