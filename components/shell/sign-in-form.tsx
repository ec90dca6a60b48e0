"use client";

import { signIn } from "next-auth/react";
import { type FormEvent, useEffect, useState } from "react";
import { ActionButton } from "@/components/ui/action-button";
import { Field, FieldError } from "@/components/ui/field";
import { Input } from "@/components/ui/input";

/** E-mail and password. After wrong passwords it says how long to wait and counts it down. */
export function SignInForm({ returnTo, waitPrefix }: { returnTo: string; waitPrefix: string }) {
  const [fault, setFault] = useState<string | null>(null);
  const [waitSeconds, setWaitSeconds] = useState(0);
  const [busy, setBusy] = useState(false);

  useEffect(() => {
    if (waitSeconds <= 0) return;
    const timer = setTimeout(() => setWaitSeconds(waitSeconds - 1), 1000);
    return () => clearTimeout(timer);
  }, [waitSeconds]);

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    if (busy || waitSeconds > 0) return;
    const form = event.currentTarget;
    const data = new FormData(form);
    setBusy(true);
    setFault(null);
    try {
      const outcome = await signIn("credentials", { email: data.get("email"), password: data.get("password"), redirect: false });
      if (outcome?.ok && !outcome.error) {
        // The whole page is asked for anew, so that nothing of the signed-out state stays in the router's memory.
        window.location.assign(returnTo);
        return;
      }
      const error = outcome?.error ?? "";
      if (error.startsWith(waitPrefix)) setWaitSeconds(Number(error.slice(waitPrefix.length)) || 5);
      else if (error === "CredentialsSignin") setFault("E-mail and password do not belong together. Check both and try again.");
      else setFault("Belfry could not look up the account just now: its database does not answer. Try again in a moment.");
    } catch {
      setFault("The browser could not reach Belfry. Check the connection and try again.");
    }
    setBusy(false);
    form.querySelector<HTMLInputElement>("input[name=password]")?.select();
  }

  const words = waitSeconds > 0 ? `Too many wrong passwords. The next try is open in ${waitSeconds} s.` : fault;
  return (
    <form onSubmit={(event) => void submit(event)} className="flex flex-col gap-4">
      <Field id="email" label="E-mail">
        {(control) => <Input {...control} name="email" type="email" autoComplete="username" required autoFocus className="h-9" />}
      </Field>
      <Field id="password" label="Password">
        {(control) => <Input {...control} name="password" type="password" autoComplete="current-password" required className="h-9" />}
      </Field>
      <div role="alert" className="empty:-my-2">
        {words ? <FieldError sentence={words} /> : null}
      </div>
      <ActionButton type="submit" variant="primary" busy={busy} reason={waitSeconds > 0 ? `Wait ${waitSeconds} s` : null} className="h-9">
        {busy ? "Signing in" : "Sign in"}
      </ActionButton>
    </form>
  );
}
