// Uploads one file by the public tus client as npm gives it, and tells its steps as lines of JSON:
//   NODE_PATH=<node_modules> node upload.cjs '{"endpoint", "token", "file", "store", "metadata", "options"}'
// {"from": offset} where a piece begins, {"at": bytes} as it sends, {"asked": [[method, status], ...]} of all
// it asked, and {"done": url} or {"failed": text} at the end. With "whole" the file is given as bytes, else as a stream; with "drop" the
// upload is taken back once it is done.

const { createReadStream, readFileSync } = require("node:fs");
const { FileUrlStorage } = require("tus-js-client/lib.es5/node/urlStorage.js");
const { Upload } = require("tus-js-client");

const asked = [];
const order = JSON.parse(process.argv[2]);
const say = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);

const upload = new Upload(order.whole ? readFileSync(order.file) : createReadStream(order.file), {
  endpoint: order.endpoint,
  headers: { authorization: `Bearer ${order.token}` },
  metadata: order.metadata ?? {},
  retryDelays: Array(60).fill(5),
  ...(order.store ? { urlStorage: new FileUrlStorage(order.store) } : {}),
  ...order.options,
  onBeforeRequest: (request) => {
    if (request.getMethod() === "PATCH") say({ from: Number(request.getHeader("Upload-Offset")) });
  },
  onAfterResponse: (request, response) => {
    asked.push([request.getMethod(), response.getStatus()]);
  },
  onProgress: (sent) => say({ at: sent }),
  onSuccess: async () => {
    if (order.drop) await upload.abort(true);
    say({ asked });
    say({ done: upload.url });
  },
  onError: (fault) => {
    say({ asked });
    say({ failed: String(fault) });
  },
});

async function main() {
  const before = order.store ? await upload.findPreviousUploads() : [];
  if (before.length) upload.resumeFromPreviousUpload(before[0]);
  say({ resumed: before.length });
  upload.start();
}

main();
