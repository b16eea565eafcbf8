// Walks through forms with ODK's engine, as our own has walked through them, and posts where the two differ.
import { loadForm } from "@getodk/xforms-engine";
import { stopAt } from "./clock.js";
import { nodesByKey, said } from "./seen.js";
import { take } from "./steps.js";

const MOST_DIFFERENCES = 20000;

async function got(path) {
  return (await fetch(path)).json();
}

async function post(path, what) {
  await fetch(path, { method: "POST", body: JSON.stringify(what) });
}

async function loaded(file) {
  const attachment = async (url) => {
    const name = decodeURIComponent(String(url)).split("/").pop();
    const words = file.beside[name];
    return new Response(words, {
      status: words === undefined ? 404 : 200,
      headers: { "Content-Type": name.endsWith(".csv") ? "text/csv" : "application/geo+json" },
    });
  };
  const form = await loadForm(file.xform, { fetchFormAttachment: attachment, missingResourceBehavior: "BLANK" });
  if (form.status === "failure") {
    throw form.error;
  }
  return form;
}

// `expected` is what our side says of everything after this step; walks bring only the nodes that have changed.
function compared(nodes, expected) {
  const differences = [];
  let states = 0;
  for (const [key, fields] of expected) {
    const node = nodes.get(key);
    states += 1;
    if (node === undefined) {
      differences.push({ key, field: "exists", ours: true, theirs: false });
      continue;
    }
    for (const [field, ours] of Object.entries(fields)) {
      const theirs = said(node, field);
      if (JSON.stringify(ours) !== JSON.stringify(theirs)) {
        differences.push({ key, field, ours, theirs });
      }
    }
  }
  for (const key of nodes.keys()) {
    if (!expected.has(key)) {
      differences.push({ key, field: "exists", ours: false, theirs: true });
    }
  }
  return { states, differences };
}

function brought(expected, changes) {
  for (const [key, fields] of Object.entries(changes)) {
    if (fields === null) {
      expected.delete(key);
    } else {
      expected.set(key, fields);
    }
  }
}

function walked(form, file, steps) {
  const { root } = form.createInstance();
  const expected = new Map();
  const result = { states: 0, differences: [], steps: 0 };
  for (const [n, step] of steps.entries()) {
    if (step.deed !== "begin") {
      take(step, nodesByKey(root, file.ids));
    }
    brought(expected, step.expected);
    const { states, differences } = compared(nodesByKey(root, file.ids), expected);
    result.states += states;
    result.steps += 1;
    result.differences.push(...differences.map((one) => ({ step: n, ...one })));
    if (result.differences.length > MOST_DIFFERENCES) {
      throw new Error("The two sides differ nearly everywhere");
    }
  }
  return result;
}

async function main() {
  const { moment, files } = await got("/plan.json");
  stopAt(moment);
  for (const { name, walks } of files) {
    const file = await got(`/files/${encodeURIComponent(name)}`);
    let form = null;
    for (let n = 0; n < walks; n += 1) {
      try {
        form ??= await loaded(file);
        const steps = await got(`/walks/${encodeURIComponent(name)}/${n}`);
        await post("/result", { name, walk: n, ...walked(form, file, steps) });
      } catch (error) {
        await post("/result", { name, walk: n, error: `${error?.message ?? error}\n${error?.stack ?? ""}` });
      }
    }
  }
  await post("/done", {});
}

main().catch((error) => post("/done", { error: String(error?.stack ?? error) }));
