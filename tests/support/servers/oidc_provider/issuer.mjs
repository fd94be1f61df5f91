// An issuer on loopback: issuer.mjs PORT REDIRECT_URI. Who types NAME at its page is NAME@network.example, verified; unless
// the name begins with "doubtful".
import { Provider } from "oidc-provider";

const [port, redirectUri] = process.argv.slice(2);
const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [{ client_id: "isopolity", client_secret: "s".repeat(32), redirect_uris: [redirectUri], grant_types: ["authorization_code"] }],
  claims: { email: ["email", "email_verified"] },
  pkce: { required: () => true },
  cookies: { keys: ["test"] },
  findAccount: (_context, id) => ({
    accountId: id,
    claims: async () => ({ sub: id, email: `${id}@network.example`, email_verified: !id.startsWith("doubtful") }),
  }),
});
provider.listen(Number(port), "127.0.0.1", () => console.log("ready"));
