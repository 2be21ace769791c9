// Print what AWS's library for JavaScript reads: node read_profiles.mjs FOLDER-OF-PACKAGES CONFIG CREDENTIALS
// With one more argument, print what the extension AWS Extend Switch Roles reads of that file instead.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const [packages, config, credentials, extension] = process.argv.slice(2);
const require = createRequire(pathToFileURL(`${packages}/index.js`));

if (extension) {
  const { ConfigParser } = await import(pathToFileURL(`${packages}/node_modules/aesr-config/lib/index.js`));
  const { singles, complexes } = ConfigParser.parseIni(readFileSync(extension, "utf8"));
  console.log(JSON.stringify({ singles, complexes }));
} else {
  const { loadSharedConfigFiles } = require("@smithy/shared-ini-file-loader");
  const files = await loadSharedConfigFiles({ filepath: credentials, configFilepath: config });
  console.log(JSON.stringify({ config: files.configFile, credentials: files.credentialsFile }));
}
