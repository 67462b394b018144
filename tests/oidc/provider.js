// A real OpenID provider on the loopback, for the tests: node provider.js PORT SETTINGS, where the settings are a JSON
// file {"redirect_uri": …, "client_id": …, "client_secret": …, "accounts": {"id": {claims}}}.
//
// Its pages are oidc-provider's own: whoever types an account's id is signed in, without a password.
import { readFileSync } from "node:fs";
import process from "node:process";
import Provider from "oidc-provider";

const [port, file] = process.argv.slice(2);
const { accounts, client_id, client_secret, redirect_uri } = JSON.parse(readFileSync(file, "utf-8"));

const provider = new Provider(`http://127.0.0.1:${port}`, {
  claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name"] },
  clients: [{ client_id, client_secret, redirect_uris: [redirect_uri] }],
  cookies: { keys: [client_secret] },
  pkce: { required: () => true },
  findAccount: (ctx, id) => accounts[id] && { accountId: id, claims: () => ({ sub: id, ...accounts[id] }) },
});

// Its pages ask another host for a typeface; the tests speak to the loopback only.
provider.use(async (ctx, next) => {
  await next();
  if (typeof ctx.body === "string") ctx.body = ctx.body.replace(/@import url\([^)]*\);/g, "");
});

provider.listen(Number(port), "127.0.0.1", () => console.log("listening"));
