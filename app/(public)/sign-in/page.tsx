import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { Bell } from "@/components/shell/bell";
import { SignInForm } from "@/components/shell/sign-in-form";
import { waitPrefix } from "@/lib/auth/options";
import { currentActor } from "@/lib/auth/require-actor";
import { paths } from "@/lib/paths";
import { ownPath } from "./own-path";

export const metadata: Metadata = { title: "Sign in" };

export default async function SignInPage({ searchParams }: { searchParams: Promise<{ returnTo?: string | string[] }> }) {
  const returnTo = ownPath((await searchParams).returnTo) ?? paths.overview();
  // Postgres away is told by the form's own words once somebody tries.
  const actor = await currentActor().catch(() => null);
  if (actor) redirect(returnTo);
  return (
    <main className="flex min-h-dvh flex-col items-center justify-center px-4 pb-[12vh]">
      <div className="w-full max-w-80">
        <div className="mb-6 flex items-center gap-3">
          <Bell className="size-8 text-ink-3" />
          <h1 className="font-medium text-ink text-xl">Sign in to Belfry</h1>
        </div>
        <div className="rounded-lg border border-line bg-surface p-5">
          <SignInForm returnTo={returnTo} waitPrefix={waitPrefix} />
        </div>
        <p className="mt-4 text-ink-3 text-xs">
          No account, or no password any more? Ask an admin. The first admin's password was printed when Belfry first started.
        </p>
      </div>
    </main>
  );
}
