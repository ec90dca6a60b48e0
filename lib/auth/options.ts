import type { NextAuthOptions } from "next-auth";
import Credentials from "next-auth/providers/credentials";
import { database } from "@/lib/db/client";
import { endSession } from "@/lib/db/people";
import { paths } from "@/lib/paths";
import { sessionSeconds, signIn } from "./sign-in";

declare module "next-auth" {
  interface User {
    sessionId: string;
  }
  interface Session {
    sessionId: string;
  }
}

declare module "next-auth/jwt" {
  interface JWT {
    sessionId?: string;
  }
}

/** The error that the sign-in page gets instead of "wrong password" when it has to wait; seconds follow the colon. */
export const waitPrefix = "wait:";

/**
 * The browser's token only names a session row; role and person are read from Postgres for each request.
 * Single sign-on is another provider in this list: everything behind it stays as it is.
 */
export const authOptions: NextAuthOptions = {
  session: { strategy: "jwt", maxAge: sessionSeconds },
  pages: { signIn: paths.signIn(), error: paths.signIn() },
  providers: [
    Credentials({
      name: "Password",
      credentials: { email: { label: "E-mail" }, password: { label: "Password", type: "password" } },
      async authorize(credentials, request) {
        const outcome = await signIn({
          email: credentials?.email ?? "",
          password: credentials?.password ?? "",
          address: addressOf(request.headers),
        });
        if (outcome.ok) return outcome.person;
        if (outcome.waitSeconds > 0) throw new Error(`${waitPrefix}${outcome.waitSeconds}`);
        return null;
      },
    }),
  ],
  callbacks: {
    jwt: ({ token, user }) => (user ? { ...token, sessionId: user.sessionId } : token),
    session: ({ session, token }) => ({ ...session, sessionId: token.sessionId ?? "" }),
  },
  events: {
    async signOut({ token }) {
      if (token?.sessionId) await endSession(database(), token.sessionId, new Date());
    },
  },
};

/** The last hop that a load balancer wrote down; null where none stands in front. */
function addressOf(headers: Record<string, unknown> | undefined): string | null {
  const forwarded = headers?.["x-forwarded-for"];
  return typeof forwarded === "string" ? (forwarded.split(",").at(-1)?.trim() ?? null) : null;
}
